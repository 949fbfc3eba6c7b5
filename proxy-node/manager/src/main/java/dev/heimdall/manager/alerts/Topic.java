package dev.heimdall.manager.alerts;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Publishes messages to topics of SNS, in the name of this machine's role. */
final class Topic {
  private static final String ACTION = "sns:Publish";
  private static final String VERSION = "2010-03-31";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** SNS takes fewer than 100 characters. */
  private static final int LONGEST_SUBJECT = 99;

  private static final int MOST_BYTES = 256 << 10;
  private static final int MOST_KINDS = 50;

  private final Function<String, SignedCalls> calls;

  /**
   * One that publishes through these.
   *
   * @param calls to the services of a region
   */
  Topic(Function<String, SignedCalls> calls) {
    this.calls = calls;
  }

  /** One that publishes where AWS has its services, or the environment says, as the SDK does. */
  static Topic ofMachine() {
    return new Topic(region -> SignedCalls.ofMachine(region, System.getenv(), PATIENCE));
  }

  /** Sends it once; what was answered, in words. */
  String send(TopicTarget target, Message message) throws Failed {
    try (SignedCalls region = calls.apply(target.region())) {
      region.ask(question(target, message));
      return "taken by SNS";
    } catch (AwsCallException e) {
      throw failed(target, e);
    }
  }

  private static Failed failed(TopicTarget target, AwsCallException e) {
    return switch (e.kind()) {
      case DENIED ->
          new Failed(
              "the permission %s on %s is missing (%s)"
                  .formatted(ACTION, target.topicArn(), e.said()),
              false);
      case THROTTLED, TIMED_OUT, UNREACHABLE -> new Failed(e.getMessage(), true);
      case NO_CREDENTIALS, CREDENTIALS_REFUSED -> new Failed(e.getMessage(), false);
      case REFUSED ->
          new Failed(
              e.getMessage(),
              e.code().isEmpty()
                  || e.code().startsWith("Internal")
                  || e.code().startsWith("ServiceUnavailable"));
    };
  }

  private static AwsQuestion question(TopicTarget target, Message message) {
    Map<String, String> form = new TreeMap<>();
    form.put("TopicArn", target.topicArn());
    form.put("Subject", subject(message));
    form.put("Message", shortened(message.text()));
    attribute(form, 1, "severity", "String", message.severity().spelling());
    if (!message.kinds().isEmpty()) {
      String kinds =
          message.kinds().stream()
              .limit(MOST_KINDS)
              .map(kind -> "\"" + kind + "\"")
              .collect(Collectors.joining(",", "[", "]"));
      attribute(form, 2, "kind", "String.Array", kinds);
    }
    if (target.isFifo()) {
      form.put("MessageGroupId", "heimdall");
      form.put("MessageDeduplicationId", message.id());
    }
    return AwsQuestion.form(AwsService.SNS, VERSION, ACTION, form);
  }

  private static void attribute(
      Map<String, String> form, int number, String name, String type, String value) {
    String entry = "MessageAttributes.entry." + number;
    form.put(entry + ".Name", name);
    form.put(entry + ".Value.DataType", type);
    form.put(entry + ".Value.StringValue", value);
  }

  /** ASCII that begins with no space, as SNS wants it. */
  private static String subject(Message message) {
    return message.headline(LONGEST_SUBJECT).replaceAll("[^\\x20-\\x7e]", "?");
  }

  private static String shortened(String text) {
    String rest = text;
    while (rest.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      rest = rest.substring(0, rest.length() / 2);
    }
    return rest;
  }
}
