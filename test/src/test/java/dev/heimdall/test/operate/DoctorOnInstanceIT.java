package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.test.fixture.FakeMetadata;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code heimdall doctor} on an instance that the deployment made: all that its boot asks of AWS,
 * with each of it denied.
 */
@Tag("long")
class DoctorOnInstanceIT {
  private static final String DENIED =
      "<E><Error><Code>AccessDenied</Code><Message>Not for you</Message></Error></E>";

  /** What AWS documents of a token that no action has. */
  private static final String NO_ACTION =
      "<E><Error><Code>ValidationError</Code><Message>No active Lifecycle Action found"
          + "</Message></Error></E>";

  private static final String GROUP =
      "<R><AutoScalingInstances><member><AutoScalingGroupName>shop-Zone1</AutoScalingGroupName>"
          + "<HealthStatus>%s</HealthStatus></member></AutoScalingInstances></R>";

  @TempDir private Path directory;

  private FakeMetadata metadata;
  private FakeService service;

  private record Report(int exitCode, String text) {
    String line(String what) {
      return text.lines()
          .filter(line -> line.contains("  " + what))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no " + what + " in " + text));
    }
  }

  @BeforeEach
  void anInstance() throws Exception {
    metadata = new FakeMetadata("i-07", "sg-07");
    metadata.put("network/interfaces/macs/02:01/subnet-id", "subnet-07");
    metadata.put("network/interfaces/macs/02:01/vpc-id", "vpc-07");
    metadata.put("iam/security-credentials/", "shop-NodeRole");
    service = new FakeService();
    service.when("DescribeAutoScalingInstances", 200, GROUP.formatted("HEALTHY"));
    service.when("RecordLifecycleActionHeartbeat", 400, NO_ACTION);
    service.when("CompleteLifecycleAction", 400, NO_ACTION);
    service.when("GetSecretValue", 200, "{\"SecretString\": \"canary\"}");
    Files.write(
        directory.resolve("heimdall.conf"),
        List.of(
            "configSource = s3://conf/config",
            "lifecycleHook = heimdall-drain",
            "managerSecret = shop/manager"));
    Files.write(
        directory.resolve("heimdall.boot"),
        List.of("release=s3://releases/heimdall.tar.gz", "logGroup=shop-Logs", "mount="));
  }

  @AfterEach
  void end() {
    metadata.close();
    service.close();
  }

  private Report doctor(Map<String, String> more) throws Exception {
    Map<String, String> environment =
        new TreeMap<>(
            Map.of(
                "AWS_ENDPOINT_URL", service.url(),
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.address().toString()));
    environment.putAll(more);
    HeimdallCommand doctor =
        HeimdallCommand.run(environment, "doctor", "--conf=" + directory.resolve("heimdall.conf"));
    return new Report(doctor.exitCode(), doctor.text());
  }

  @Test
  void allThatABootNeedsIsLookedAt() throws Exception {
    Report report = doctor(Map.of());

    for (String good :
        List.of(
            "instance metadata",
            "role of the instance",
            "disk, /var/log",
            "open files",
            "STS, sts:GetCallerIdentity",
            "clock",
            "release, s3:GetObject",
            "configuration, s3:ListBucket",
            "configuration, s3:GetObject",
            "secret shop/manager, secretsmanager:GetSecretValue",
            "Auto Scaling, autoscaling:RecordLifecycleActionHeartbeat",
            "Auto Scaling, autoscaling:CompleteLifecycleAction",
            "Auto Scaling, autoscaling:SetInstanceHealth",
            "log of this instance, logs:PutLogEvents")) {
      assertThat(report.line(good)).as(report.text()).startsWith("  ok ");
    }
    assertThat(report.line("instance metadata"))
        .contains("i-07 in eu-west-1b, subnet-07 in vpc-07, security groups [sg-07]");
    assertThat(report.line("role of the instance")).endsWith("shop-NodeRole");
    assertThat(report.text()).doesNotContain("canary");
    assertThat(service.requests("CompleteLifecycleAction"))
        .singleElement()
        .satisfies(
            call ->
                assertThat(call)
                    .as("it must end nothing that has begun")
                    .containsEntry("LifecycleActionToken", "00000000-0000-0000-0000-000000000000")
                    .doesNotContainKey("InstanceId"));
    assertThat(service.requests("SetInstanceHealth"))
        .singleElement()
        .satisfies(call -> assertThat(call).containsEntry("HealthStatus", "Healthy"));
  }

  @ParameterizedTest
  @CsvSource({
    "GetObject, 'release, s3:GetObject', arn:aws:s3:::releases/heimdall.tar.gz",
    "GetObject, 'configuration, s3:GetObject', arn:aws:s3:::conf/config/*",
    "ListBucket, 'configuration, s3:ListBucket', arn:aws:s3:::conf",
    "GetSecretValue, 'secret shop/manager, secretsmanager:GetSecretValue', the secret shop/manager",
    "DescribeAutoScalingInstances, 'Auto Scaling, autoscaling:DescribeAutoScalingInstances', ",
    "RecordLifecycleActionHeartbeat,"
        + " 'Auto Scaling, autoscaling:RecordLifecycleActionHeartbeat',"
        + " the Auto Scaling group shop-Zone1",
    "CompleteLifecycleAction, 'Auto Scaling, autoscaling:CompleteLifecycleAction',"
        + " the Auto Scaling group shop-Zone1",
    "SetInstanceHealth, 'Auto Scaling, autoscaling:SetInstanceHealth',"
        + " the Auto Scaling group shop-Zone1"
  })
  void whatIsDeniedIsNamedWithItsResourceAndRole(String denied, String what, String resource)
      throws Exception {
    service.when(denied, 403, DENIED);

    Report report = doctor(Map.of());

    assertThat(report.exitCode()).isEqualTo(4);
    String action = what.substring(what.indexOf(", ") + 2);
    assertThat(report.line(what))
        .startsWith("! denied ")
        .contains(
            "the permission "
                + action
                + (resource == null ? "" : " on " + resource)
                + " is missing",
            "(AccessDenied: Not for you): the role shop-NodeRole has to have it");
  }

  @Test
  void aLogThatIsDeniedIsNamedAndNotNeeded() throws Exception {
    service.when("PutLogEvents", 400, "{\"__type\": \"AccessDeniedException\"}");
    assertThat(doctor(Map.of()).line("log of this instance, logs:PutLogEvents"))
        .startsWith("  denied ")
        .contains("the permission logs:PutLogEvents on the log group shop-Logs is missing");
  }

  @Test
  void aKeyThatIsDeniedIsNamedAndNotTheSecret() throws Exception {
    service.when(
        "GetSecretValue",
        400,
        "{\"__type\": \"AccessDeniedException\", \"message\": \"Access to KMS is not allowed\"}");
    assertThat(doctor(Map.of()).line("secret shop/manager, secretsmanager:GetSecretValue"))
        .startsWith("! denied ")
        .contains("the permission kms:Decrypt on the key of the secret shop/manager is missing");
  }

  @Test
  void whatIsNotThereIsNoGoodAnswer() throws Exception {
    service.when(
        "GetSecretValue",
        400,
        "{\"__type\": \"ResourceNotFoundException\", \"message\": \"can't find it\"}");
    service.when("GetObject", 404, "<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>");
    Report report = doctor(Map.of());
    assertThat(report.line("secret shop/manager, secretsmanager:GetSecretValue"))
        .startsWith("! failed ")
        .contains("the secret shop/manager", "ResourceNotFoundException");
    assertThat(report.line("release, s3:GetObject")).startsWith("! failed ").contains("NoSuchKey");
    assertThat(report.line("configuration, s3:GetObject"))
        .as("node.json need not be there")
        .startsWith("  ok ");
  }

  @Test
  void aRouteThatIsMissingIsNamedWithSubnetEndpointAndGroup() throws Exception {
    Report report =
        doctor(
            Map.of(
                "AWS_ENDPOINT_URL_RDS", "http://127.0.0.1:1",
                "AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1"));
    assertThat(report.line("RDS, rds:DescribeDBClusters"))
        .contains(
            "From subnet-07 in vpc-07 there has to be the interface endpoint"
                + " com.amazonaws.eu-west-1.rds with private DNS names, whose security group lets"
                + " sg-07 in at port 443, or a route to a NAT gateway");
    assertThat(report.line("release, s3:GetObject"))
        .startsWith("! unreachable ")
        .contains("a route to the gateway endpoint com.amazonaws.eu-west-1.s3");
  }

  @Test
  void anInstanceWithoutARoleOrOutOfItsGroupIsToldSo() throws Exception {
    metadata.put("iam/security-credentials/", "");
    service.when("DescribeAutoScalingInstances", 200, "<R/>");
    Report report = doctor(Map.of());
    assertThat(report.line("role of the instance"))
        .startsWith("! no credentials ")
        .contains("its launch template has to name the instance profile");
    assertThat(report.line("Auto Scaling, autoscaling:SetInstanceHealth"))
        .startsWith("! failed ")
        .contains("i-07 is in no Auto Scaling group");
  }

  /** It must not be made healthy by who only looks. */
  @Test
  void anInstanceThatTheGroupTakesForIllStaysSo() throws Exception {
    service.when("DescribeAutoScalingInstances", 200, GROUP.formatted("UNHEALTHY"));
    assertThat(doctor(Map.of()).line("Auto Scaling, autoscaling:SetInstanceHealth"))
        .contains("not asked: the group takes this instance for UNHEALTHY already");
    assertThat(service.requests("SetInstanceHealth")).isEmpty();
  }

  @Test
  void metadataThatDoNotAnswerAreNamed() throws Exception {
    Report report =
        doctor(
            Map.of(
                "AWS_REGION", "eu-west-1",
                "AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1"));
    assertThat(report.exitCode()).isEqualTo(4);
    assertThat(report.line("instance metadata"))
        .startsWith("! unreachable ")
        .contains("http://127.0.0.1:1 does not answer", "IMDSv2", "hop limit");
  }

  @Test
  void aClockThatIsWrongIsNamed() throws Exception {
    try (Clock clock = new Clock(Duration.ofMinutes(-20))) {
      Report report = doctor(Map.of("AWS_ENDPOINT_URL_S3", clock.url()));
      assertThat(report.line("clock"))
          .startsWith("! failed ")
          .containsPattern("1[12][0-9][0-9] s ahead of AWS's")
          .contains("169.254.169.123");
    }
  }

  @Test
  void aFileSystemThatIsNotMountedIsNamed() throws Exception {
    Files.write(
        directory.resolve("heimdall.boot"),
        List.of("mount=fs-0ab1:/ /mnt/heimdall-of-no-test efs _netdev,nofail,ro,tls,iam 0 0"));
    Report report = doctor(Map.of());
    assertThat(report.line("file system, fs-0ab1.efs.eu-west-1.amazonaws.com:2049"))
        .startsWith("! ");
    assertThat(report.line("file system, mounted at /mnt/heimdall-of-no-test"))
        .startsWith("! failed ")
        .contains("elasticfilesystem:ClientMount", "fs-0ab1.efs.eu-west-1.amazonaws.com:2049");
  }

  /** A service with a clock of its own, which refuses everything. */
  private static final class Clock implements AutoCloseable {
    private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> open = new ArrayList<>();

    Clock(Duration off) throws IOException {
      Thread thread = new Thread(() -> serve(off), "clock");
      thread.setDaemon(true);
      thread.start();
    }

    String url() {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }

    private void serve(Duration off) {
      try {
        while (true) {
          Socket client = socket.accept();
          open.add(client);
          client.getInputStream().read(new byte[8192]);
          OutputStream out = client.getOutputStream();
          String now =
              DateTimeFormatter.RFC_1123_DATE_TIME.format(
                  ZonedDateTime.now(ZoneOffset.UTC).plus(off));
          out.write(
              ("HTTP/1.1 403 Forbidden\r\nDate: "
                      + now
                      + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
          out.flush();
          client.close();
        }
      } catch (IOException e) {
        // The test is over.
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
      for (Socket client : open) {
        client.close();
      }
    }
  }
}
