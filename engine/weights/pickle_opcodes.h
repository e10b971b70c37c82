#ifndef ANIMATE_ENGINE_WEIGHTS_PICKLE_OPCODES_H_
#define ANIMATE_ENGINE_WEIGHTS_PICKLE_OPCODES_H_

#include <cstdint>

namespace animate::pickle {

// The opcodes that ReadPickle understands, named as in CPython's pickle module
// (Lib/pickle.py).
enum PickleOpcode : uint8_t {
  kMark = '(',
  kStop = '.',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kBinFloat = 'G',
  kEmptyList = ']',
  kEmptyDict = '}',
  kEmptyTuple = ')',
  kProto = 0x80,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
};

}  // namespace animate::pickle

#endif  // ANIMATE_ENGINE_WEIGHTS_PICKLE_OPCODES_H_
