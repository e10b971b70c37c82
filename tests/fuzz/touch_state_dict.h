#ifndef ANIMATE_TESTS_FUZZ_TOUCH_STATE_DICT_H_
#define ANIMATE_TESTS_FUZZ_TOUCH_STATE_DICT_H_

#include "engine/tensor/parameters.h"

namespace animate {

// Reads the first and the last byte of every tensor, where an address
// sanitizer sees it, and aborts when an accepted tensor cannot be used.
void TouchStateDict(const StateDict& state_dict);

}  // namespace animate

#endif  // ANIMATE_TESTS_FUZZ_TOUCH_STATE_DICT_H_
