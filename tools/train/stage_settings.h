#ifndef ANIMATE_TOOLS_TRAIN_STAGE_SETTINGS_H_
#define ANIMATE_TOOLS_TRAIN_STAGE_SETTINGS_H_

#include "engine/training/stage_options.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// Visits what a configuration says about the networks and the loss of stage 1
// or 2; which of them is not a setting but the subcommand.
void VisitStageTask(SettingVisitor& visitor, StageTaskOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_STAGE_SETTINGS_H_
