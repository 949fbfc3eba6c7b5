package dev.heimdall.cdk.constructs;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import software.amazon.awscdk.services.ec2.IConnectable;
import software.amazon.awscdk.services.iam.Grant;
import software.amazon.awscdk.services.iam.IGrantable;
import software.amazon.awscdk.services.secretsmanager.ISecret;
import software.constructs.IConstruct;

/** A store between nodes, made in this app or imported. Its default port is the server's. */
public interface IHeimdallStore extends IConstruct, IConnectable {
  /** The host of its primary, or in cluster mode what leads to all servers. */
  String getAddress();

  /** The port, with TLS unless {@link #getTls} says otherwise. */
  int getPort();

  /** True if it has several shards ({@code mode} {@code cluster} of {@code store}). */
  boolean getClusterMode();

  /** True if nodes speak TLS with it, and verify its certificate. */
  default boolean getTls() {
    return true;
  }

  /** The id of the security group of its servers. */
  String getSecurityGroupId();

  /** The secret whose text is its password. */
  ISecret getPassword();

  /** The name of that secret, by which documents name it. */
  String getPasswordName();

  /** Lets nodes read its password. They reach it by {@link #getConnections}. */
  default Grant grantConnect(IGrantable nodes) {
    return getPassword().grantRead(nodes);
  }

  /** Value of {@code store} in {@code node.json}: nodes read the password themselves. */
  default Map<String, Object> getNodeSettings() {
    Map<String, Object> store = new TreeMap<>();
    store.put("servers", List.of(getAddress() + ":" + getPort()));
    store.put("mode", getClusterMode() ? "cluster" : "standalone");
    store.put("password", Map.of("secret", getPasswordName()));
    store.put("tls", Map.of("mode", getTls() ? "verify-full" : "disable"));
    return store;
  }
}
