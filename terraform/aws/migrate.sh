#!/bin/sh
# Runs the migration task, waits for its end, and ends as it did. Called by Terraform; needs the AWS command line.
set -eu
network="awsvpcConfiguration={subnets=[$SUBNETS],securityGroups=[$SECURITY_GROUP],assignPublicIp=DISABLED}"
task=$(aws ecs run-task --cluster "$CLUSTER" --task-definition "$TASK" --launch-type FARGATE \
  --network-configuration "$network" --query 'tasks[0].taskArn' --output text)
[ "$task" != None ] || { echo "ECS started no task" >&2; exit 1; }
echo "migrating: $task"
aws ecs wait tasks-stopped --cluster "$CLUSTER" --tasks "$task"
code=$(aws ecs describe-tasks --cluster "$CLUSTER" --tasks "$task" \
  --query "tasks[0].containers[?name=='migrate'].exitCode | [0]" --output text)
[ "$code" = 0 ] && exit 0
echo "The migration ended with $code: nothing was changed, and the services stay as they were. Its log:" >&2
aws logs tail "$LOGS" --since 30m --log-stream-name-prefix migrate --format short >&2 || true
exit 1
