package dev.heimdall.test.global;

/**
 * A region, which has a part of loopback to itself: 127.NUMBER.0.0/16. What is in another region is
 * reached at an address of one's own, where a relay listens that keeps the distance.
 *
 * @param number 1 to 9
 * @param name as AWS calls it
 * @param instance the identifier of its database instance; empty if it has none
 */
record Region(int number, String name, String instance) {
  static final Region FIRST = new Region(1, "eu-west-1", "w1");
  static final Region SECOND = new Region(2, "us-east-1", "e1");
  static final Region THIRD = new Region(3, "ap-south-1", "s1");
  static final Region WITHOUT_DATABASE = new Region(4, "eu-north-1", "");

  static final int BALANCER = 2;
  static final int NODE = 3;
  static final int DATABASE = 10;
  static final int STORE = 20;
  static final int AWS = 30;

  boolean hasDatabase() {
    return !instance.isEmpty();
  }

  /** An address of its own. */
  String address(int host) {
    return "127.%d.0.%d".formatted(number, host);
  }

  /** Where something of a region is reached from here. */
  String toward(Region other, int host) {
    return other.number == number
        ? address(host)
        : "127.%d.%d.%d".formatted(number, other.number, host);
  }

  /** How the addresses begin that may be connected to from here. */
  String prefix() {
    return "127." + number + ".";
  }

  String cluster() {
    return "shop-" + instance;
  }

  /** What RDS calls an instance of this region; the first label is left to be filled in. */
  String hostPattern() {
    return "?.cq2ksomething." + name + ".rds.amazonaws.com";
  }

  String host() {
    return hostPattern().replace("?", instance);
  }

  /** The writer endpoint of the region's cluster. */
  String clusterEndpoint() {
    return hostPattern().replace("?", cluster() + ".cluster").replace("cluster.cq2", "cluster-cq2");
  }

  @Override
  public String toString() {
    return name;
  }
}
