#pragma once

// Nothing of it is named by LibTorch's header.
