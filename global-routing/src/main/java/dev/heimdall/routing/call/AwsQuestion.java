package dev.heimdall.routing.call;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * One question.
 *
 * @param action by the name that a permission for it has, such as {@code rds:DescribeDBClusters}
 * @param body may hold what must not be shown
 */
public record AwsQuestion(
    AwsService service,
    String action,
    String method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    String body) {
  /** In the protocol of the older services: a form is sent, XML comes back. */
  public static AwsQuestion form(
      AwsService service, String version, String action, Map<String, String> parameters) {
    Map<String, String> form = new TreeMap<>(parameters);
    form.put("Action", action.substring(action.indexOf(':') + 1));
    form.put("Version", version);
    return new AwsQuestion(
        service,
        action,
        "POST",
        "/",
        Map.of(),
        Map.of("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),
        form.entrySet().stream()
            .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
            .collect(Collectors.joining("&")));
  }

  /**
   * In the protocol of the newer services: JSON both ways.
   *
   * @param target what the service calls the action
   */
  public static AwsQuestion json(AwsService service, String target, String action, String body) {
    return new AwsQuestion(
        service,
        action,
        "POST",
        "/",
        Map.of(),
        Map.of("Content-Type", "application/x-amz-json-1.1", "X-Amz-Target", target),
        body);
  }

  /** In the protocol of those that are read like pages. */
  public static AwsQuestion get(
      AwsService service, String action, String path, Map<String, String> query) {
    return new AwsQuestion(service, action, "GET", path, query, Map.of(), "");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return action;
  }
}
