package dev.heimdall.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.model.AliasTarget;
import software.amazon.awssdk.services.route53.model.Change;
import software.amazon.awssdk.services.route53.model.ChangeAction;
import software.amazon.awssdk.services.route53.model.ListResourceRecordSetsRequest;
import software.amazon.awssdk.services.route53.model.ListResourceRecordSetsResponse;
import software.amazon.awssdk.services.route53.model.ResourceRecordSet;

/**
 * Keeps the latency records of a name in a hosted zone. That is for times of peace: changes go
 * through one region of AWS, and take effect when caches have forgotten. A failover does not need
 * them. Its methods wait for the network. For one thread.
 */
public final class LatencyRecords implements AutoCloseable {
  private static final String LIST = "route53:ListResourceRecordSets";
  private static final String CHANGE = "route53:ChangeResourceRecordSets";

  private final Route53Client client;
  private final String zone;
  private final String name;

  /**
   * Sends no request yet.
   *
   * @param zone the id of the hosted zone, private or public
   * @param name such as {@code db.example.com}
   */
  public LatencyRecords(AwsAccess access, String zone, String name) {
    this.client = access.client(Route53Client.builder());
    this.zone = zone;
    String lower = name.toLowerCase(Locale.ROOT);
    this.name = lower.endsWith(".") ? lower : lower + ".";
  }

  /**
   * Outcome of the reconciliation.
   *
   * @param steps what was changed, or is to be: all of the plan, or nothing
   * @param conflicts in words, which records of others are in the way; then there are no steps
   */
  public record Outcome(
      List<LatencyPlan.Step> steps, List<String> conflicts, List<AwsTrouble> troubles) {
    public Outcome {
      steps = List.copyOf(steps);
      conflicts = List.copyOf(conflicts);
      troubles = List.copyOf(troubles);
    }
  }

  /** Returns the changes that {@link #reconcile} would make now; changes nothing. Never fails. */
  public Outcome plan(List<LatencyRecord> wanted) {
    return plan(wanted, new Calls());
  }

  private Outcome plan(List<LatencyRecord> wanted, Calls calls) {
    List<LatencyRecord> current = new ArrayList<>();
    List<LatencyPlan.Other> others = new ArrayList<>();
    if (!calls.pages(LIST, marker -> page(marker, current, others))) {
      return new Outcome(List.of(), List.of(), calls.troubles());
    }
    LatencyPlan plan = LatencyPlan.between(current, others, wanted);
    return new Outcome(
        plan.conflicts().isEmpty() ? plan.steps() : List.of(), plan.conflicts(), List.of());
  }

  /**
   * Sees to it that there are these records and, of Heimdall's, no others. All changes are made
   * together or not at all, and where nothing differs nothing is sent. Never fails.
   */
  public Outcome reconcile(List<LatencyRecord> wanted) {
    Calls calls = new Calls();
    Outcome plan = plan(wanted, calls);
    if (plan.steps().isEmpty()) {
      return plan;
    }
    List<Change> changes = plan.steps().stream().map(this::change).toList();
    boolean done =
        calls.pages(
            CHANGE,
            marker -> {
              client.changeResourceRecordSets(
                  request ->
                      request
                          .hostedZoneId(zone)
                          .changeBatch(batch -> batch.comment("Heimdall").changes(changes)));
              return null;
            });
    return new Outcome(done ? plan.steps() : List.of(), List.of(), calls.troubles());
  }

  /** Records come sorted by name: those of this one stand together. */
  private String page(String marker, List<LatencyRecord> found, List<LatencyPlan.Other> others) {
    ListResourceRecordSetsRequest.Builder request =
        ListResourceRecordSetsRequest.builder().hostedZoneId(zone).startRecordName(name);
    if (marker != null) {
      String[] parts = marker.split("\n", -1);
      request.startRecordType(parts[0]);
      if (!parts[1].isEmpty()) {
        request.startRecordIdentifier(parts[1]);
      }
    }
    ListResourceRecordSetsResponse page = client.listResourceRecordSets(request.build());
    for (ResourceRecordSet set : page.resourceRecordSets()) {
      if (!set.name().equalsIgnoreCase(name)) {
        continue;
      }
      if (LatencyRecord.ours(set.setIdentifier(), set.regionAsString())
          && set.aliasTarget() != null) {
        found.add(record(set));
      } else {
        others.add(
            new LatencyPlan.Other(
                set.typeAsString(),
                Objects.requireNonNullElse(set.setIdentifier(), ""),
                Objects.requireNonNullElse(set.regionAsString(), "")));
      }
    }
    boolean more =
        Boolean.TRUE.equals(page.isTruncated()) && name.equalsIgnoreCase(page.nextRecordName());
    return more
        ? page.nextRecordTypeAsString()
            + "\n"
            + Optional.ofNullable(page.nextRecordIdentifier()).orElse("")
        : null;
  }

  private static LatencyRecord record(ResourceRecordSet set) {
    return new LatencyRecord(
        set.regionAsString(),
        set.typeAsString(),
        set.aliasTarget().dnsName(),
        set.aliasTarget().hostedZoneId(),
        Boolean.TRUE.equals(set.aliasTarget().evaluateTargetHealth()),
        Optional.ofNullable(set.healthCheckId()));
  }

  private Change change(LatencyPlan.Step step) {
    LatencyRecord record = step.record();
    ResourceRecordSet.Builder set =
        ResourceRecordSet.builder()
            .name(name)
            .type(record.type())
            .setIdentifier(record.identifier())
            .region(record.region())
            .aliasTarget(
                AliasTarget.builder()
                    .dnsName(record.target())
                    .hostedZoneId(record.targetZone())
                    .evaluateTargetHealth(record.targetHealth())
                    .build());
    record.check().ifPresent(set::healthCheckId);
    return Change.builder()
        .action(
            step.action() == LatencyPlan.Action.UPSERT ? ChangeAction.UPSERT : ChangeAction.DELETE)
        .resourceRecordSet(set.build())
        .build();
  }

  @Override
  public void close() {
    client.close();
  }
}
