package dev.heimdall.test.aws;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.heimdall.test.fixture.AwsEmulator;
import dev.heimdall.test.fixture.Toolchain;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A function of a custom resource in a process of Python, where it is called as Lambda does, with
 * requests of CloudFormation, and calls the AWS emulator. Calls of it can be refused, or kept
 * waiting.
 */
final class CustomResource implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Path JOINING =
      Path.of("..", "cdk-app", "src/main/resources/dev/heimdall/cdk/join");

  private final Process process;
  private final BufferedWriter commands;
  private final BufferedReader results;

  /** What CloudFormation has heard, and which actions of AWS were called. */
  record Response(JsonNode answer, Set<String> calls) {
    String status() {
      return answer.get("Status").asText();
    }

    String reason() {
      return answer.get("Reason").asText();
    }

    String id() {
      return answer.get("PhysicalResourceId").asText();
    }
  }

  /** A function that joins networks, with what all of these answer CloudFormation by. */
  static CustomResource joining(AwsEmulator aws, String code) {
    return new CustomResource(aws, List.of(JOINING.resolve("answer.py"), JOINING.resolve(code)));
  }

  CustomResource(AwsEmulator aws, List<Path> code) {
    try {
      URL driver = CustomResource.class.getResource("custom_resource.py");
      List<String> command = new ArrayList<>();
      command.add(Toolchain.built("moto").resolve("bin/python").toString());
      command.add(Path.of(driver.toURI()).toString());
      code.forEach(file -> command.add(file.toAbsolutePath().normalize().toString()));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.redirectError(ProcessBuilder.Redirect.INHERIT);
      builder.environment().putAll(aws.environment());
      builder.environment().put("AWS_DEFAULT_REGION", "eu-west-1");
      builder.environment().put("AWS_ENDPOINT_URL", aws.endpoint().toString());
      process = builder.start();
      commands = process.outputWriter(StandardCharsets.UTF_8);
      results = process.inputReader(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private JsonNode send(Map<String, ?> command) {
    try {
      commands.write(JSON.writeValueAsString(command));
      commands.newLine();
      commands.flush();
      String line = results.readLine();
      if (line == null) {
        throw new IllegalStateException("the process that runs the function has ended");
      }
      JsonNode result = JSON.readTree(line);
      if (result.has("error")) {
        throw new IllegalStateException(result.get("error").asText());
      }
      return result.get("result");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Calls AWS as somebody else; the action as boto3 spells it. */
  JsonNode call(String service, String action, String region, Map<String, ?> with) {
    return send(
        Map.of("do", "call", "service", service, "action", action, "region", region, "with", with));
  }

  /** A request for a resource, with as much time as the function has. */
  Response request(String type, Map<String, ?> properties) {
    return request(type, properties, Map.of(), 60);
  }

  Response update(Map<String, ?> properties, Map<String, ?> before) {
    return request("Update", properties, before, 60);
  }

  /** A request for what has an id already. */
  Response request(String type, Map<String, ?> properties, String id) {
    return request(type, properties, Map.of(), id, 60);
  }

  Response request(String type, Map<String, ?> properties, Map<String, ?> before, int seconds) {
    return request(type, properties, before, "", seconds);
  }

  private Response request(
      String type, Map<String, ?> properties, Map<String, ?> before, String id, int seconds) {
    Map<String, Object> event = new HashMap<>();
    event.put("RequestType", type);
    event.put("StackId", "stack");
    event.put("RequestId", "request");
    event.put("LogicalResourceId", "Way");
    event.put("ResourceProperties", properties);
    if (!id.isEmpty()) {
      event.put("PhysicalResourceId", id);
    }
    if (!before.isEmpty()) {
      event.put("OldResourceProperties", before);
    }
    JsonNode result = send(Map.of("do", "invoke", "seconds", seconds, "event", event));
    Set<String> calls = new TreeSet<>();
    result.get("calls").forEach(call -> calls.add(call.asText()));
    return new Response(result.get("answer"), calls);
  }

  /** From now on, calls of an action such as {@code ec2:CreateRoute} are answered with an error. */
  void refuse(String action, String code, String message) {
    send(Map.of("do", "fault", "at", action, "code", code, "message", message));
  }

  /** The next calls of it, and then no more. */
  void refuse(String action, String code, String message, int times) {
    send(Map.of("do", "fault", "at", action, "code", code, "message", message, "times", times));
  }

  /** The next calls of an action are answered with this. */
  void answer(String action, String body, int times) {
    send(Map.of("do", "fault", "at", action, "status", 200, "body", body, "times", times));
  }

  /** From now on, an action is not answered. */
  void keepWaiting(String action) {
    send(Map.of("do", "fault", "at", action, "hang", 120));
  }

  /** CloudFormation's next answers to responses. */
  void unanswered(Integer... statuses) {
    send(Map.of("do", "unanswered", "statuses", List.of(statuses)));
  }

  /** All is well again. */
  void open() {
    send(Map.of("do", "forget"));
  }

  @Override
  public void close() {
    process.destroy();
  }
}
