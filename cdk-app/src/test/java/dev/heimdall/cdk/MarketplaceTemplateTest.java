package dev.heimdall.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;

/** {@code templates/image/marketplace.yaml} by the policies of AWS Marketplace, and its diagram. */
class MarketplaceTemplateTest {
  private static final Path FILE = Path.of("..", "templates", "image", "marketplace.yaml");
  private static final Path SCRIPT = Path.of("..", "packaging", "marketplace-template");
  private static final Path DIAGRAM = Path.of("..", "docs", "pictures", "marketplace.svg");
  private static final String IMAGES =
      "us-east-1 ami-0123456789abcdef0 ami-0123456789abcdef1"
          + " us-gov-west-1 ami-0123456789abcdef2 ami-0123456789abcdef3";

  @TempDir private Path work;

  private record Ended(int code, String text) {}

  private Ended filled(String words) throws Exception {
    List<String> command = new ArrayList<>(List.of(SCRIPT.toAbsolutePath().toString()));
    command.addAll(List.of(words.split(" ")));
    Path output = work.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
    return new Ended(process.exitValue(), Files.readString(output));
  }

  /** The scanner that reads it may have to be installed first. */
  @Tag("ci")
  @Test
  void imagesOfEachRegionAreMapped() throws Exception {
    Ended filled = filled(IMAGES);

    assertThat(filled.code()).as(filled.text()).isZero();
    assertThat(filled.text())
        .contains(
            "  Images:\n"
                + "    us-east-1: { arm64: ami-0123456789abcdef0, x8664: ami-0123456789abcdef1 }\n"
                + "    us-gov-west-1: { arm64: ami-0123456789abcdef2, x8664:"
                + " ami-0123456789abcdef3 }\n"
                + "Resources:\n")
        .doesNotContain("ami-00000000000000000");
    Path template = Files.writeString(work.resolve("filled.yaml"), filled.text());
    InstalledScanner.Said said =
        new InstalledScanner(work, "moto", "cfn-lint")
            .run(List.of(template.toString(), FILE.toAbsolutePath().toString()));
    assertThat(said.text()).isBlank();
    assertThat(said.status()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "us-east-1 ami-0123456789abcdef0",
        "us-east-1 ami-00000000000000000 ami-0123456789abcdef1",
        "us-east-1 ami-1 ami-0123456789abcdef1",
        "here ami-0123456789abcdef0 ami-0123456789abcdef1",
        "eu-west-1 ami-0123456789abcdef0 ami-0123456789abcdef1",
        "us-east-1 ami-0123456789abcdef0 ami-0123456789abcdef1"
            + " us-east-1 ami-0123456789abcdef0 ami-0123456789abcdef1"
      })
  void whatAreNoImagesIsRefused(String words) throws Exception {
    Ended filled = filled(words);

    assertThat(filled.code()).isEqualTo(2);
    assertThat(filled.text()).startsWith("marketplace-template: ").hasLineCount(1);
  }

  @Test
  void itAsksForNoSecretsAndOpensNothingToTheInternet() throws Exception {
    String text = Files.readString(FILE);

    assertThat(text)
        .contains("HttpTokens: required", "AssociatePublicIpAddress: false", "Encrypted: true")
        .doesNotContainIgnoringCase("password:")
        .doesNotContain("KeyName", "AccessKey", "FromPort: 22", "Action: \"*\"", ":*\"");
    Matcher ingress = Pattern.compile("SecurityGroupIngress:\\n(( {8}- .*\\n)+)").matcher(text);
    assertThat(ingress.find()).isTrue();
    assertThat(ingress.group(1).lines())
        .hasSize(2)
        .allMatch(line -> line.contains("CidrIp: !Ref "))
        .noneMatch(line -> line.contains("0.0.0.0/0"));
    Matcher allowed = Pattern.compile("AllowedPattern: (\\S+)\\n").matcher(text);
    assertThat(allowed.results())
        .hasSize(2)
        .allSatisfy(
            pattern ->
                assertThat(Stream.of("0.0.0.0/0", "0.0.0.0/1", "10.0.0.0/8", "10.1.2.3/32"))
                    .filteredOn(network -> network.matches(pattern.group(1)))
                    .containsExactly("10.0.0.0/8", "10.1.2.3/32"));
  }

  /** As large as AWS Marketplace wants it, with what the template makes. */
  @Test
  void theDiagramShowsIt() throws Exception {
    Element picture =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(DIAGRAM.toFile())
            .getDocumentElement();

    assertThat(picture.getAttribute("width")).isEqualTo("1100");
    assertThat(picture.getAttribute("height")).isEqualTo("700");
    assertThat(picture.getTextContent())
        .contains(
            "VpcId",
            "SubnetId",
            "SecurityGroup",
            "Instance",
            "launch template",
            "Role, Profile",
            "DatabaseClients",
            "ManagerClients",
            "DatabasePort",
            "8087");
  }
}
