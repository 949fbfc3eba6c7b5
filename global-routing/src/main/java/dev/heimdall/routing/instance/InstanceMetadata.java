package dev.heimdall.routing.instance;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the metadata of the EC2 instance that this process runs on, by version 2 of their service
 * only: with a token, which a forged request cannot get. Its methods wait for the network, for a
 * moment. For any thread.
 */
public final class InstanceMetadata {
  /** Address of the metadata service on every instance. */
  public static final URI ADDRESS = URI.create("http://169.254.169.254");

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final String TOKEN_SECONDS = "21600";
  private static final int LARGEST = 64 * 1024;

  private final URI address;
  private final Duration patience;
  private String token;

  /**
   * Sends no request yet.
   *
   * @param address where the service is
   * @param patience how long it may take to connect, and to answer
   */
  public InstanceMetadata(URI address, Duration patience) {
    this.address = address;
    this.patience = patience;
  }

  /**
   * The metadata of this machine, where the SDK of AWS looks for them too.
   *
   * @param environment as the process has it
   * @return nothing if it is told not to ask
   */
  public static Optional<InstanceMetadata> ofMachine(Map<String, String> environment) {
    if ("true".equalsIgnoreCase(environment.get("AWS_EC2_METADATA_DISABLED"))) {
      return Optional.empty();
    }
    String told = environment.get("AWS_EC2_METADATA_SERVICE_ENDPOINT");
    URI address = told == null || told.isBlank() ? ADDRESS : URI.create(told.strip());
    return Optional.of(new InstanceMetadata(address, PATIENCE));
  }

  /** Reads the identity of this instance. */
  public Instance instance() throws MetadataException {
    return new Instance(
        needed("instance-id"), needed("placement/region"), needed("placement/availability-zone"));
  }

  /** The security groups of all its network interfaces. */
  public List<String> securityGroups() throws MetadataException {
    List<String> groups = new ArrayList<>();
    String interfaces = "network/interfaces/macs/";
    for (String mac : needed(interfaces).lines().toList()) {
      read(interfaces + mac.replace("/", "") + "/security-group-ids").stream()
          .flatMap(String::lines)
          .filter(group -> !groups.contains(group))
          .forEach(groups::add);
    }
    return groups;
  }

  /**
   * Reads the state that its Auto Scaling group plans for it, {@code InService} or {@code
   * Terminated} for instance; empty if it is in no group.
   */
  public Optional<String> targetLifecycleState() throws MetadataException {
    return read("autoscaling/target-lifecycle-state");
  }

  private String needed(String path) throws MetadataException {
    return read(path)
        .orElseThrow(() -> new MetadataException("there is no " + path + " in " + address, false));
  }

  /** Reads the value at a path below {@code latest/meta-data/}; empty if there is none. */
  public synchronized Optional<String> read(String path) throws MetadataException {
    for (int attempt = 0; ; attempt++) {
      if (token == null) {
        token = token();
      }
      Answer answer =
          ask("GET", "/latest/meta-data/" + path, Map.of("X-aws-ec2-metadata-token", token));
      switch (answer.status()) {
        case HttpURLConnection.HTTP_OK -> {
          return Optional.of(answer.body().strip());
        }
        case HttpURLConnection.HTTP_NOT_FOUND -> {
          return Optional.empty();
        }
        case HttpURLConnection.HTTP_UNAUTHORIZED -> {
          token = null; // it has become too old
          if (attempt > 0) {
            throw refused(path, answer);
          }
        }
        default -> throw refused(path, answer);
      }
    }
  }

  private String token() throws MetadataException {
    Answer answer =
        ask(
            "PUT",
            "/latest/api/token",
            Map.of("X-aws-ec2-metadata-token-ttl-seconds", TOKEN_SECONDS));
    if (answer.status() != HttpURLConnection.HTTP_OK) {
      throw refused("a token", answer);
    }
    return answer.body().strip();
  }

  private MetadataException refused(String what, Answer answer) {
    return new MetadataException(
        "%s answers %d when asked for %s".formatted(address, answer.status(), what),
        answer.status() == HttpURLConnection.HTTP_FORBIDDEN);
  }

  private record Answer(int status, String body) {}

  private Answer ask(String method, String path, Map<String, String> headers)
      throws MetadataException {
    try {
      HttpURLConnection connection =
          (HttpURLConnection)
              URI.create(address.toString().replaceAll("/+$", "") + path)
                  .toURL()
                  .openConnection(Proxy.NO_PROXY);
      connection.setConnectTimeout((int) patience.toMillis());
      connection.setReadTimeout((int) patience.toMillis());
      connection.setInstanceFollowRedirects(false);
      connection.setRequestMethod(method);
      headers.forEach(connection::setRequestProperty);
      int status = connection.getResponseCode();
      if (status != HttpURLConnection.HTTP_OK) {
        connection.disconnect();
        return new Answer(status, "");
      }
      try (InputStream body = connection.getInputStream()) {
        return new Answer(status, new String(body.readNBytes(LARGEST), StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new MetadataException(
          "%s does not answer: %s".formatted(address, e.getMessage()), isAbsence(e));
    }
  }

  private static boolean isAbsence(IOException failure) {
    return failure instanceof SocketTimeoutException
        || failure instanceof SocketException
        || failure instanceof UnknownHostException;
  }
}
