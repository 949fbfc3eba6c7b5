package dev.heimdall.test.operate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What instances of a template run when they boot.
 *
 * @param userData as EC2 hands it to them
 */
record BootedTemplate(String userData) {
  private static final Path TEMPLATES = Path.of("..", "templates");
  private static final Path STACKS =
      Path.of("..", "cdk-app", "src", "test", "resources", "snapshots");

  /** What people give, and what only AWS knows. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("AWS::Region", "eu-west-1"),
          Map.entry("AWS::StackName", "shop"),
          Map.entry("ReleaseName", "r1"),
          Map.entry("ReleaseBucket", "releases"),
          Map.entry("ConfigurationBucket", "documents"),
          Map.entry("Logs", "shop-Logs-AbC"),
          Map.entry("LoadBalancer.DNSName", "manager.elb.example"),
          Map.entry("DocumentsBucket089EA665", "documents"),
          Map.entry("ManagerLoadBalancer5E043774.DNSName", "manager.elb.example"),
          Map.entry("StoreF29C5BA4.PrimaryEndPoint.Address", "store.example"),
          Map.entry("FleetLogs9272F8FA", "shop-Logs-AbC"),
          Map.entry("ManagerLogs47E59BE9", "shop-Logs-AbC"));

  /**
   * Renders it.
   *
   * @param template a plain template ({@code .yaml}), or a stack of the app ({@code .json})
   * @param values of parameters, each after its name
   */
  static BootedTemplate of(String template, String launchTemplate, String... values)
      throws IOException {
    Map<String, String> all = new TreeMap<>(VALUES);
    for (int i = 0; i < values.length; i += 2) {
      all.put(values[i], values[i + 1]);
    }
    Path folder = template.endsWith(".yaml") ? TEMPLATES : STACKS;
    return new BootedTemplate(
        RenderedTemplate.of(folder.resolve(template), all).userData(launchTemplate));
  }

  /** All groups of nodes. */
  static Stream<BootedTemplate> nodes(String template) throws IOException {
    Path folder = template.endsWith(".yaml") ? TEMPLATES : STACKS;
    RenderedTemplate rendered = RenderedTemplate.of(folder.resolve(template), VALUES);
    return rendered.launchTemplates().stream()
        .map(name -> new BootedTemplate(rendered.userData(name)))
        .filter(one -> one.line("role").equals("proxy"));
  }

  /** What people fill in who have one machine. */
  static BootedTemplate oneServer() throws IOException {
    Map<String, String> filledIn = new TreeMap<>(VALUES);
    filledIn.putAll(
        Map.of(
            "Region", "eu-west-1",
            "Role", "both",
            "ConfigDirectory", "/opt/heimdall/config",
            "ConfigSource", "s3://documents/config",
            "ReleaseKey", "heimdall.tar.gz",
            "HealthPort", "5059"));
    String script = Files.readString(TEMPLATES.resolve("instance/user-data.sh"));
    return new BootedTemplate(
        Pattern.compile("\\$\\{(\\w+)}")
            .matcher(script)
            .replaceAll(name -> filledIn.getOrDefault(name.group(1), "")));
  }

  /** The nodes of one zone. */
  static BootedTemplate fleet(String... values) throws IOException {
    return of("heimdall-fleet.yaml", "Zone1TemplateA4A51BBE", values);
  }

  /** One of the lines that a template fills in. */
  String line(String name) {
    return userData
        .lines()
        .filter(line -> line.startsWith(name + "='"))
        .map(line -> line.substring(name.length() + 2, line.length() - 1))
        .findFirst()
        .orElseThrow();
  }

  /** The bucket and key of the release. */
  String release() {
    return line("releaseBucket") + "/" + line("releaseKey");
  }
}
