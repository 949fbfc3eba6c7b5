package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import com.marcnuri.helm.TemplateCommand;
import dev.heimdall.launcher.conf.HeimdallConf;
import dev.heimdall.model.ConfigurationReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The chart for Kubernetes, as Helm reads it. There is no Kubernetes. */
class HelmChartIT {
  private static final Path CHART = Path.of("..", "packaging", "helm").toAbsolutePath().normalize();

  private static final String IMAGE = "image.repository=registry.example/heimdall";

  private static final String VALUES =
      """
      image: {repository: registry.example/heimdall}
      configuration:
        documents:
          node: {drainNotice: 20s}
          sources: {main: {url: "jdbc:postgresql://db.example:5432", user: app, password: p}}
          vdbs: {app: {source: main, address: 0.0.0.0, ports: [5432]}}
          users: {alice: {password: x}}
      """;

  /** As Kubernetes decodes it: nothing stands there twice. */
  private static final YAMLMapper STRICT =
      YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  @TempDir private Path directory;

  @BeforeEach
  void helm() {
    assumeThat(System.getProperty("os.arch"))
        .as("Helm's library is there for it")
        .isEqualTo("amd64");
  }

  private static TemplateCommand template() {
    return new Helm(CHART).template().withName("shop").withKubeVersion("1.30.0");
  }

  private static TemplateCommand with(String... values) {
    TemplateCommand chart = template();
    for (String each : values) {
      int equals = each.indexOf('=');
      chart.set(each.substring(0, equals), each.substring(equals + 1));
    }
    return chart;
  }

  private Path values() throws IOException {
    return Files.writeString(directory.resolve("values.yaml"), VALUES);
  }

  /** What is made, by its kind. */
  private static Map<String, JsonNode> rendered(TemplateCommand chart) throws Exception {
    String made = chart.call();
    Map<String, JsonNode> kinds = new TreeMap<>();
    try (MappingIterator<JsonNode> documents = STRICT.readerFor(JsonNode.class).readValues(made)) {
      documents.forEachRemaining(each -> assertThat(kinds.put(kind(each), each)).isNull());
    }
    return kinds;
  }

  private static String kind(JsonNode made) {
    boolean manager = made.at("/metadata/name").asText().endsWith("-manager");
    return made.path("kind").asText()
        + (manager ? " of the manager" : "")
        + made.at("/metadata/name").asText().replaceFirst("^shop-heimdall(-manager)?", "");
  }

  @Test
  void itIsLinted() throws Exception {
    Path chart = directory.resolve("heimdall");
    copyTo(chart);
    Path defaults = chart.resolve("values.yaml");
    YAMLMapper yaml = new YAMLMapper();
    yaml.writeValue(
        defaults.toFile(),
        yaml.readerForUpdating(yaml.readTree(defaults.toFile())).readTree(VALUES));

    LintResult found = new Helm(chart).lint().strict().call();

    assertThat(found.isFailed()).as("%s", found.getMessages()).isFalse();
  }

  @Test
  void podsAreUnprivilegedAndAskedForTheirHealth() throws Exception {
    Map<String, JsonNode> made = rendered(template().withValuesFile(values()));

    assertThat(made)
        .containsOnlyKeys(
            "ConfigMap",
            "Deployment",
            "PodDisruptionBudget",
            "Secret",
            "Secret-drivers",
            "Secret-rules",
            "Secret-sources",
            "Secret-users",
            "Secret-vdbs",
            "Service",
            "ServiceAccount");
    JsonNode pod = made.get("Deployment").at("/spec/template/spec");
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(65532);
    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    JsonNode container = pod.at("/containers/0");
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(container.at("/securityContext/allowPrivilegeEscalation").asBoolean(true)).isFalse();
    assertThat(container.at("/securityContext/capabilities/drop/0").asText()).isEqualTo("ALL");
    assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/livez");
    assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/readyz");
    assertThat(container.path("volumeMounts").findValuesAsText("mountPath"))
        .as("what an image leaves to be written, and the configuration")
        .containsExactlyInAnyOrder(
            "/etc/heimdall.conf",
            "/etc/heimdall",
            "/etc/heimdall-node",
            "/etc/heimdall/sources",
            "/etc/heimdall/drivers",
            "/etc/heimdall/vdbs",
            "/etc/heimdall/rules",
            "/etc/heimdall/users",
            "/var/lib/heimdall",
            "/tmp");
    assertThat(pod.at("/initContainers/0/securityContext"))
        .isEqualTo(container.path("securityContext"));
    JsonNode selector = made.get("Deployment").at("/spec/selector/matchLabels");
    assertThat(made.get("Service").at("/spec/selector")).isEqualTo(selector);
    assertThat(made.get("PodDisruptionBudget").at("/spec/selector/matchLabels"))
        .isEqualTo(selector);
    assertThat(container.path("ports").findValuesAsText("containerPort"))
        .containsExactly("5059", "5432");
    assertThat(made.get("Service").at("/spec/ports/0/targetPort").asText()).isEqualTo("postgres");
  }

  private static void copyTo(Path chart) throws IOException {
    try (Stream<Path> files = Files.walk(CHART)) {
      for (Path file : files.toList()) {
        Files.copy(file, chart.resolve(CHART.relativize(file).toString()));
      }
    }
  }

  /** A node of this release reads them, where a volume puts them. */
  @Test
  void documentsBecomeAConfiguration() throws Exception {
    Map<String, JsonNode> made = rendered(template().withValuesFile(values()));
    JsonNode pod = made.get("Deployment").at("/spec/template/spec");
    Path root = Files.createDirectory(directory.resolve("root"));
    for (JsonNode mount : pod.at("/containers/0/volumeMounts")) {
      for (JsonNode volume : pod.path("volumes")) {
        if (volume.has("secret") && volume.path("name").equals(mount.path("name"))) {
          mount(
              made.get(volume.at("/secret/secretName").asText().replace("shop-heimdall", "Secret")),
              root.resolve(mount.path("mountPath").asText().substring(1)));
        }
      }
    }
    List<String> link = new ArrayList<>();
    pod.at("/initContainers/0/command").forEach(word -> link.add(word.asText()));
    assertThat(link.subList(0, 3)).containsExactly("/usr/bin/busybox", "ln", "-sfn");
    Path configuration = root.resolve("etc/heimdall");
    Files.createSymbolicLink(
        root.resolve(link.get(4).substring(1)), root.resolve(link.get(3).substring(1)));

    var read = ConfigurationReader.read(configuration);

    assertThat(read.node().http().address()).isEqualTo("0.0.0.0");
    assertThat(read.node().http().port()).isEqualTo(5059);
    assertThat(read.node().drainNotice()).as("it stands there").hasSeconds(20);
    assertThat(read.vdbs()).containsOnlyKeys("app");
    Path conf = directory.resolve("heimdall.conf");
    Files.writeString(conf, made.get("ConfigMap").at("/data/heimdall.conf").asText());
    assertThat(HeimdallConf.read(conf).configuration()).isEqualTo("/etc/heimdall");
  }

  /** As a kubelet does: a file is a link into a folder, whose link changes with all files. */
  private static void mount(JsonNode secret, Path at) throws IOException {
    Path data = Files.createDirectories(at.resolve("..2026_11_29"));
    Files.createSymbolicLink(at.resolve("..data"), data.getFileName());
    for (Map.Entry<String, JsonNode> text : secret.path("stringData").properties()) {
      Files.writeString(data.resolve(text.getKey()), text.getValue().textValue());
      Files.createSymbolicLink(at.resolve(text.getKey()), Path.of("..data", text.getKey()));
    }
  }

  /** Nodes follow documents: what a pod is made from stays as it is. */
  @Test
  void aDocumentMoreOrLessReplacesNoPod() throws Exception {
    JsonNode before = rendered(template().withValuesFile(values())).get("Deployment");

    Map<String, JsonNode> after =
        rendered(
            template()
                .withValuesFile(values())
                .set("configuration.documents.users.bob.password", "y")
                .set("configuration.documents.rules.app.name", "x"));

    assertThat(after.get("Secret-users").path("stringData").has("bob.json")).isTrue();
    assertThat(after.get("Deployment")).isEqualTo(before);
  }

  /** What its users bring along. */
  @Test
  void aClustersOwnThingsAreTaken() throws Exception {
    Map<String, JsonNode> made =
        rendered(
            template()
                .withValuesFile(values())
                .withValuesFile(
                    Files.writeString(
                        directory.resolve("more.yaml"),
                        """
                        serviceAccount: {name: mine}
                        rdsAuthorities: {configMap: rds}
                        autoscaling: {enabled: true, minReplicas: 3, maxReplicas: 9}
                        podMonitor: {enabled: true, labels: {release: prometheus}}
                        networkPolicy:
                          enabled: true
                          clients: [{namespaceSelector: {matchLabels: {team: shop}}}]
                        envFrom: [{secretRef: {name: environment}}]
                        extraVolumes: [{name: drivers-of-mine, configMap: {name: jars}}]
                        extraVolumeMounts: [{name: drivers-of-mine, mountPath: /drivers}]
                        priorityClassName: high
                        """)));

    assertThat(made)
        .containsKeys("HorizontalPodAutoscaler", "NetworkPolicy", "PodMonitor")
        .doesNotContainKey("ServiceAccount");
    JsonNode spec = made.get("Deployment").path("spec");
    assertThat(spec.has("replicas")).as("another one counts them").isFalse();
    assertThat(made.get("HorizontalPodAutoscaler").at("/spec/scaleTargetRef/name"))
        .isEqualTo(made.get("Deployment").at("/metadata/name"));
    JsonNode pod = spec.at("/template/spec");
    assertThat(pod.path("serviceAccountName").asText()).isEqualTo("mine");
    assertThat(pod.path("priorityClassName").asText()).isEqualTo("high");
    assertThat(pod.at("/containers/0/volumeMounts").findValuesAsText("mountPath"))
        .contains("/etc/ssl/certs/global-bundle.pem", "/drivers");
    assertThat(pod.path("volumes").toString())
        .contains("{\"name\":\"rds-authorities\",\"configMap\":{\"name\":\"rds\"}}");
    assertThat(pod.path("topologySpreadConstraints").findValuesAsText("topologyKey"))
        .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
    JsonNode selector = spec.path("selector");
    assertThat(made.get("PodMonitor").at("/spec/selector")).isEqualTo(selector);
    assertThat(made.get("NetworkPolicy").at("/spec/podSelector")).isEqualTo(selector);
    assertThat(made.get("NetworkPolicy").at("/spec/ingress/0/from"))
        .as("other nodes, and who is named")
        .hasSize(2);
    assertThat(made.get("NetworkPolicy").at("/spec/ingress/0/ports/0/port").asInt())
        .isEqualTo(5432);
  }

  @Test
  void aConfigurationElsewhereIsNamedInTheMachinesFile() throws Exception {
    Map<String, JsonNode> made =
        rendered(
            with(
                IMAGE,
                "configuration.source=s3://shop/config",
                "conf.region=eu-west-1",
                "disruptionBudget.enabled=false"));

    assertThat(made).doesNotContainKeys("Secret", "PodDisruptionBudget");
    Path conf = directory.resolve("heimdall.conf");
    Files.writeString(conf, made.get("ConfigMap").at("/data/heimdall.conf").asText());
    assertThat(HeimdallConf.read(conf).configuration()).isEqualTo("s3://shop/config");
    assertThat(HeimdallConf.read(conf).region()).contains("eu-west-1");
  }

  @Test
  void aManagerHasAPodOfItsOwnWithItsPasswordAndItsCertificate() throws Exception {
    Map<String, JsonNode> made =
        rendered(
            with(
                IMAGE,
                "configuration.source=s3://shop/config",
                "manager.enabled=true",
                "manager.tlsSecret=certificate",
                "manager.passwordSecret=admin",
                "manager.conf.managerStore=s3://shop/manager"));

    assertThat(made)
        .containsKeys(
            "ConfigMap of the manager",
            "Deployment of the manager",
            "Service of the manager",
            "ServiceAccount of the manager");
    JsonNode deployment = made.get("Deployment of the manager");
    JsonNode pod = deployment.at("/spec/template/spec");
    assertThat(pod.path("securityContext"))
        .isEqualTo(made.get("Deployment").at("/spec/template/spec/securityContext"));
    JsonNode container = pod.at("/containers/0");
    assertThat(container.path("securityContext"))
        .isEqualTo(made.get("Deployment").at("/spec/template/spec/containers/0/securityContext"));
    assertThat(container.at("/livenessProbe/httpGet/scheme").asText()).isEqualTo("HTTPS");
    JsonNode selector = deployment.at("/spec/selector/matchLabels");
    assertThat(made.get("Service of the manager").at("/spec/selector")).isEqualTo(selector);
    selector
        .fields()
        .forEachRemaining(
            each ->
                assertThat(deployment.at("/spec/template/metadata/labels").path(each.getKey()))
                    .isEqualTo(each.getValue()));
    assertThat(selector)
        .as("nodes are others")
        .isNotEqualTo(made.get("Service").at("/spec/selector"));
    Path file = directory.resolve("heimdall.conf");
    Files.writeString(
        file, made.get("ConfigMap of the manager").at("/data/heimdall.conf").asText());
    HeimdallConf conf = HeimdallConf.read(file);
    assertThat(conf.configuration()).isEqualTo("s3://shop/config");
    List<String> mounts = container.path("volumeMounts").findValuesAsText("mountPath");
    assertThat(Files.readString(file))
        .contains(
            "hdRole = server",
            "managerPasswordFile = " + mounted(mounts, "password") + "/password\n",
            "managerKey = " + mounted(mounts, "tls") + "/tls.key\n",
            "managerStore = s3://shop/manager\n");
  }

  private static String mounted(List<String> mounts, String what) {
    return mounts.stream().filter(each -> each.endsWith("-" + what)).findAny().orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          replicas=2                             | /image/repository
          %1$s                                   | one of documents, existingSecret.name, source and
          %1$s,configuration.source=x            | /configuration/source
          %1$s,replicas=0                        | replicas
          %1$s,prots[0].port=5432                | prots
          %1$s,ports[0].name=Postgres            | /ports/0/name
          %1$s,configuration.source=s3://b,ports[0].name=http,ports[0].port=1 | ports: http is the name of the HTTP endpoint's port
          %1$s,configuration.source=s3://b,httpPort=5432 | ports: postgres has port 5432, which is httpPort
          %1$s,configuration.source=s3://b,ports[0].name=postgres,ports[0].port=5432,ports[1].name=postgres,ports[1].port=1 | ports: two have the name postgres
          %1$s,configuration.source=s3://b,podLabels.app\\.kubernetes\\.io/name=x | podLabels: app.kubernetes.io/name
          %1$s,configuration.source=s3://b,conf.hdRole=proxy | conf: hdRole would stand there twice
          %1$s,configuration.documents.vdbs.a.ports[0]=5433 | ports: the virtual database a listens on 5433
          %1$s,configuration.documents.vdbs.-a.source=x | invalid propertyName '-a'
          %1$s,configuration.documents.rules.x=3 | /configuration/documents/rules/x
          %1$s,configuration.secretKey=a,configuration.source=s3://b | there are 2: source, secretKey
          %1$s,configuration.existingSecret.name=a,manager.enabled=true | configuration.source or configuration.secretKey
          %1$s,configuration.secretKey=a,manager.enabled=true | either tlsSecret is needed, or plain: true
          %1$s,configuration.secretKey=a,manager.enabled=true,manager.plain=true,manager.tlsSecret=a | either tlsSecret
          """)
  void whatIsWrongIsNamed(String values, String message) {
    TemplateCommand wrong = with(values.formatted(IMAGE).split(","));

    assertThatThrownBy(wrong::call).hasMessageContaining(message);
  }
}
