#ifndef ANIMATE_CLIENT_MESSAGE_JSON_H_
#define ANIMATE_CLIENT_MESSAGE_JSON_H_

#include <string>

#include "google/protobuf/message.h"

namespace animate {

// Returns a message as one line of ProtoJSON with the proto's field names;
// fields at their default are there, too.
std::string MessageJson(const google::protobuf::Message& message);

}  // namespace animate

#endif  // ANIMATE_CLIENT_MESSAGE_JSON_H_
