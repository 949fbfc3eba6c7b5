package dev.heimdall.cdk.constructs;

import dev.heimdall.cdk.instance.Facts;
import java.util.List;
import software.amazon.awscdk.Aws;
import software.amazon.awscdk.services.s3.IBucket;

/**
 * Facts that differ in each region, so that one configuration serves all of them: documents refer
 * to a fact by <code>${region.NAME}</code>. Instances have it in {@code /etc/heimdall-region.json};
 * it stands in the template, so there is no secret in it. A fleet and its manager are given the
 * same.
 *
 * <pre>{@code
 * HeimdallFacts facts =
 *     HeimdallFacts.ofRegion().store(store).bucket(bucket).text("database", endpoint);
 * }</pre>
 */
public final class HeimdallFacts {
  private static final String MANAGER = "manager";

  private final Facts facts;

  private HeimdallFacts(Facts facts) {
    this.facts = facts;
  }

  /** The fact {@code name} alone: what the region is called, such as {@code eu-west-1}. */
  public static HeimdallFacts ofRegion() {
    return new HeimdallFacts(Facts.ofRegion());
  }

  /** A text, such as the host of a database. */
  public HeimdallFacts text(String name, String text) {
    return new HeimdallFacts(facts.with(name, text));
  }

  /** A number. */
  public HeimdallFacts number(String name, Number number) {
    return new HeimdallFacts(facts.with(name, number));
  }

  /** A truth value. */
  public HeimdallFacts truth(String name, boolean truth) {
    return new HeimdallFacts(facts.with(name, truth));
  }

  /** Texts and numbers, such as the addresses of subnets; none of them is a list without any. */
  public HeimdallFacts list(String name, List<?> values) {
    return new HeimdallFacts(facts.with(name, values));
  }

  /** The fact {@code bucket}: its name. */
  public HeimdallFacts bucket(IBucket bucket) {
    return text("bucket", bucket.getBucketName());
  }

  /**
   * The facts {@code store}, its server and port, {@code storeMode}, {@code storePassword}, the
   * name of the secret, and {@code storeTls}: for {@code servers}, {@code mode}, {@code password}
   * and {@code tls.mode} of {@code store}.
   */
  public HeimdallFacts store(IHeimdallStore store) {
    return text("store", store.getAddress() + ":" + store.getPort())
        .text("storeMode", store.getClusterMode() ? "cluster" : "standalone")
        .text("storePassword", store.getPasswordName())
        .text("storeTls", store.getTls() ? "verify-full" : "disable");
  }

  /**
   * The fact {@code manager}: the URL that nodes report to. The manager itself adds its own, unless
   * it is given one.
   */
  public HeimdallFacts manager(IHeimdallManager manager) {
    return text(MANAGER, manager.getUrl());
  }

  /** True if there is one of this name. */
  public boolean has(String name) {
    return facts.has(name);
  }

  /** As instances write it. */
  public String toJson() {
    return toJson(Aws.REGION);
  }

  /** Returns the facts as JSON for a region whose name is known here. */
  public String toJson(String region) {
    return facts.json(region);
  }

  Facts facts() {
    return facts;
  }
}
