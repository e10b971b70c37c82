#ifndef ANIMATE_TOOLS_TRAIN_TRAINER_SETTINGS_H_
#define ANIMATE_TOOLS_TRAIN_TRAINER_SETTINGS_H_

#include "engine/training/trainer_options.h"
#include "tools/train/setting_visitor.h"

namespace animate {

// Visits what a configuration says about the Trainer, whatever is trained.
void VisitTrainer(SettingVisitor& visitor, TrainerOptions& options);

}  // namespace animate

#endif  // ANIMATE_TOOLS_TRAIN_TRAINER_SETTINGS_H_
