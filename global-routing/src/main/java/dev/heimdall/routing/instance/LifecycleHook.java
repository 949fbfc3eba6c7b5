package dev.heimdall.routing.instance;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.call.XmlPart;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The hook with which an Auto Scaling group lets an instance finish before it is terminated. For
 * one thread; its methods wait for the network.
 */
public final class LifecycleHook {
  private static final String VERSION = "2011-01-01";

  private final SignedCalls calls;
  private final String instance;
  private final String hook;
  private Optional<String> group;

  /**
   * Sends no request yet.
   *
   * @param group the group's name, if it is known
   */
  public LifecycleHook(SignedCalls calls, String instance, String hook, Optional<String> group) {
    this.calls = calls;
    this.instance = instance;
    this.hook = hook;
    this.group = group;
  }

  /** Query that finds out in which group an instance is. */
  public static AwsQuestion membership(Optional<String> instance) {
    return question(
        "DescribeAutoScalingInstances",
        instance.map(id -> Map.of("InstanceIds.member.1", id)).orElse(Map.of("MaxRecords", "1")));
  }

  /** The instance needs more time: the hook's begins anew. */
  public void heartbeat() throws AwsCallException {
    calls.ask(question("RecordLifecycleActionHeartbeat", about(Map.of())));
  }

  /** The instance is done with what it had to do. */
  public void complete() throws AwsCallException {
    calls.ask(
        question("CompleteLifecycleAction", about(Map.of("LifecycleActionResult", "CONTINUE"))));
  }

  private Map<String, String> about(Map<String, String> more) throws AwsCallException {
    Map<String, String> parameters = new TreeMap<>(more);
    parameters.put("AutoScalingGroupName", group());
    parameters.put("LifecycleHookName", hook);
    parameters.put("InstanceId", instance);
    return parameters;
  }

  private String group() throws AwsCallException {
    if (group.isEmpty()) {
      AwsQuestion question = membership(Optional.of(instance));
      group =
          XmlPart.of(question, calls.ask(question))
              .parts("DescribeAutoScalingInstancesResult")
              .stream()
              .flatMap(result -> result.parts("AutoScalingInstances").stream())
              .flatMap(instances -> instances.parts("member").stream())
              .map(member -> member.text("AutoScalingGroupName"))
              .filter(name -> !name.isEmpty())
              .findFirst();
    }
    return group.orElseThrow(
        () -> new IllegalStateException(instance + " is in no Auto Scaling group"));
  }

  private static AwsQuestion question(String action, Map<String, String> parameters) {
    return AwsQuestion.form(AwsService.AUTO_SCALING, VERSION, "autoscaling:" + action, parameters);
  }
}
