#ifndef ANIMATE_SERVER_TOKEN_COMMAND_H_
#define ANIMATE_SERVER_TOKEN_COMMAND_H_

#include <ostream>
#include <string>
#include <vector>

namespace animate {

// `animate-server token PRINCIPAL [OPTION...]`: makes a token. Prints it on the
// first line of `out`, and on the second the line for the auth file, with the
// options as given. The token is kept nowhere. Returns the exit code: 0, or 2
// when the arguments would make no valid line, which `err` explains.
int RunTokenCommand(const std::vector<std::string>& args, std::ostream& out,
                    std::ostream& err);

}  // namespace animate

#endif  // ANIMATE_SERVER_TOKEN_COMMAND_H_
