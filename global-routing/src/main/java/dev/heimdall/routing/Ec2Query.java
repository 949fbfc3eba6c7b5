package dev.heimdall.routing;

import dev.heimdall.routing.call.AwsCallException;
import dev.heimdall.routing.call.AwsQuestion;
import dev.heimdall.routing.call.AwsService;
import dev.heimdall.routing.call.SignedCalls;
import dev.heimdall.routing.call.XmlPart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Asks the EC2 API of a region a few things, in its query protocol. The SDK's client for all of EC2
 * is 24 MB, which a function that starts in a moment should not carry for two questions.
 */
public final class Ec2Query implements AutoCloseable {
  private static final String VERSION = "2016-11-15";

  private final AwsAccess access;
  private final SignedCalls calls;

  /** Sends no request yet. */
  public Ec2Query(AwsAccess access) {
    this(access, access.patience());
  }

  private Ec2Query(AwsAccess access, Duration silence) {
    this.access = access;
    calls =
        new SignedCalls(
            access.region(),
            access
                .endpoint()
                .map(endpoint -> Map.of("AWS_ENDPOINT_URL", endpoint.toString()))
                .orElse(Map.of()),
            access.credentials(),
            silence);
  }

  /**
   * Of a region that there may be no way to, or that may be lost: it gives up on one that is silent
   * for a second, whether or not it took the connection.
   */
  public static Ec2Query far(AwsAccess access) {
    return new Ec2Query(access, AwsAccess.FAR);
  }

  /**
   * A machine that runs.
   *
   * @param address its private IP address
   */
  public record Machine(String id, String address, Map<String, String> tags) {
    public Machine {
      tags = Map.copyOf(tags);
    }
  }

  /**
   * Result of a query.
   *
   * @param found all that was told
   */
  public record Answer<T>(List<T> found, List<AwsTrouble> troubles) {
    public Answer {
      found = List.copyOf(found);
      troubles = List.copyOf(troubles);
    }
  }

  /** All running machines with this tag. Never fails. */
  public Answer<Machine> machines(String tag, String value) {
    Map<String, String> question = new TreeMap<>();
    question.put("Filter.1.Name", "tag:" + tag);
    question.put("Filter.1.Value.1", value);
    question.put("Filter.2.Name", "instance-state-name");
    question.put("Filter.2.Value.1", "running");
    question.put("MaxResults", "500");
    List<Machine> found = new ArrayList<>();
    List<AwsTrouble> troubles =
        pages(
            "DescribeInstances",
            question,
            answer ->
                answer.items("reservationSet").stream()
                    .flatMap(reservation -> reservation.items("instancesSet").stream())
                    .forEach(instance -> machine(instance).ifPresent(found::add)));
    return new Answer<>(found, troubles);
  }

  private static Optional<Machine> machine(XmlPart instance) {
    Map<String, String> tags = new TreeMap<>();
    instance
        .items("tagSet")
        .forEach(tag -> tags.put(text(tag, "key").orElse(""), text(tag, "value").orElse("")));
    return text(instance, "privateIpAddress")
        .map(address -> new Machine(text(instance, "instanceId").orElse(""), address, tags));
  }

  /** The names of all regions that the account may use. Never fails. */
  public Answer<String> regions() {
    List<String> found = new ArrayList<>();
    List<AwsTrouble> troubles =
        pages(
            "DescribeRegions",
            Map.of(),
            answer ->
                answer
                    .items("regionInfo")
                    .forEach(region -> text(region, "regionName").ifPresent(found::add)));
    return new Answer<>(found, troubles);
  }

  /** Takes what one page, or one entry of it, tells. */
  interface Reader {
    void read(XmlPart answer);
  }

  /** Reads all pages; what kept it from that is returned. */
  List<AwsTrouble> pages(String action, Map<String, String> question, Reader reader) {
    Calls asked = new Calls();
    if (asked.allowed(access.credentials())) {
      asked.pages(
          "ec2:" + action,
          marker -> {
            Map<String, String> form = new TreeMap<>(question);
            if (marker != null) {
              form.put("NextToken", marker);
            }
            XmlPart answer = ask("ec2:" + action, form);
            reader.read(answer);
            return text(answer, "nextToken").orElse(null);
          });
    }
    return asked.troubles();
  }

  private XmlPart ask(String action, Map<String, String> form) throws AwsCallException {
    AwsQuestion question = AwsQuestion.form(AwsService.EC2, VERSION, action, form);
    return XmlPart.of(question, calls.ask(question));
  }

  private static Optional<String> text(XmlPart part, String name) {
    return Optional.of(part.text(name)).filter(text -> !text.isEmpty());
  }

  @Override
  public void close() {
    calls.close();
  }
}
