#ifndef ANIMATE_SERVER_SERVICE_ANIMATION_SERVICE_H_
#define ANIMATE_SERVER_SERVICE_ANIMATION_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include "animate/v1/animation.grpc.pb.h"
#include "server/service/service_environment.h"

namespace animate {

// animate.v1.AnimationService: translates between the wire and the JobManager.
// Thread-safe.
class AnimationService final
    : public animate::v1::AnimationService::CallbackService {
 public:
  explicit AnimationService(const ServiceEnvironment& environment);

  grpc::ServerBidiReactor<animate::v1::AnimateRequest,
                          animate::v1::AnimateResponse>*
  Animate(grpc::CallbackServerContext* context) override;

  grpc::ServerUnaryReactor* GetJob(
      grpc::CallbackServerContext* context,
      const animate::v1::GetJobRequest* request,
      animate::v1::GetJobResponse* response) override;

  grpc::ServerUnaryReactor* ListJobs(
      grpc::CallbackServerContext* context,
      const animate::v1::ListJobsRequest* request,
      animate::v1::ListJobsResponse* response) override;

  grpc::ServerUnaryReactor* CancelJob(
      grpc::CallbackServerContext* context,
      const animate::v1::CancelJobRequest* request,
      animate::v1::CancelJobResponse* response) override;

  grpc::ServerUnaryReactor* GetServerInfo(
      grpc::CallbackServerContext* context,
      const animate::v1::GetServerInfoRequest* request,
      animate::v1::GetServerInfoResponse* response) override;

  grpc::ServerUnaryReactor* CreateJob(
      grpc::CallbackServerContext* context,
      const animate::v1::CreateJobRequest* request,
      animate::v1::CreateJobResponse* response) override;

  grpc::ServerUnaryReactor* DeleteJob(
      grpc::CallbackServerContext* context,
      const animate::v1::DeleteJobRequest* request,
      animate::v1::DeleteJobResponse* response) override;

  grpc::ServerBidiReactor<animate::v1::StreamFramesRequest,
                          animate::v1::StreamFramesResponse>*
  StreamFrames(grpc::CallbackServerContext* context) override;

 private:
  const ServiceEnvironment environment_;
};

}  // namespace animate

#endif  // ANIMATE_SERVER_SERVICE_ANIMATION_SERVICE_H_
