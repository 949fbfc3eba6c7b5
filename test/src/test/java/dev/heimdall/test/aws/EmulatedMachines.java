package dev.heimdall.test.aws;

import dev.heimdall.test.fixture.AwsEmulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Machines of the AWS emulator whose addresses are on loopback, so that what listens there can be
 * found by their tags.
 */
public final class EmulatedMachines {
  private final AwsEmulator aws;
  private final String region;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String subnet;

  EmulatedMachines(AwsEmulator aws, String region) {
    this(aws, region, "127.0.0.0");
  }

  /**
   * With a network of its own.
   *
   * @param first the first of the 256 addresses that machines may have
   */
  public EmulatedMachines(AwsEmulator aws, String region, String first) {
    this.aws = aws;
    this.region = region;
    String network = part(ask("CreateVpc", Map.of("CidrBlock", first + "/16")), "vpcId");
    subnet =
        part(ask("CreateSubnet", Map.of("VpcId", network, "CidrBlock", first + "/24")), "subnetId");
  }

  /** Runs one and says what it is called. */
  public String run(String address, Map<String, String> tags) {
    Map<String, String> form = new TreeMap<>();
    form.put("ImageId", "ami-12c6146b");
    form.put("MinCount", "1");
    form.put("MaxCount", "1");
    form.put("SubnetId", subnet);
    form.put("PrivateIpAddress", address);
    form.put("TagSpecification.1.ResourceType", "instance");
    int number = 1;
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      String prefix = "TagSpecification.1.Tag." + number++;
      form.put(prefix + ".Key", tag.getKey());
      form.put(prefix + ".Value", tag.getValue());
    }
    return part(ask("RunInstances", form), "instanceId");
  }

  void terminate(String id) {
    ask("TerminateInstances", Map.of("InstanceId.1", id));
  }

  private String ask(String action, Map<String, String> parameters) {
    Map<String, String> form = new TreeMap<>(parameters);
    form.put("Action", action);
    form.put("Version", "2016-11-15");
    String body =
        form.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&"));
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(aws.endpoint())
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  // It looks for the account, the service and the region here, and does not check
                  // the rest.
                  .header(
                      "Authorization",
                      "AWS4-HMAC-SHA256 Credential="
                          + aws.credentials().resolveCredentials().accessKeyId()
                          + "/20260101/"
                          + region
                          + "/ec2/aws4_request, SignedHeaders=host, Signature=0")
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(action + ": " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String part(String xml, String element) {
    Matcher matcher = Pattern.compile("<" + element + ">([^<]+)<").matcher(xml);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + element + " in " + xml);
    }
    return matcher.group(1);
  }
}
