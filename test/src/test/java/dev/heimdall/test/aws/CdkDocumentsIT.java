package dev.heimdall.test.aws;

import static dev.heimdall.test.aws.EmulatedDeployment.stack;
import static dev.heimdall.test.aws.EmulatedDeployment.text;
import static dev.heimdall.test.aws.EmulatedDeployment.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.secrets.DocumentStore;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of edited documents when the CDK command changes where they are, or who has them.
 */
class CdkDocumentsIT {
  private static final String WEST = "eu-west-1";
  private static final String EAST = "us-east-1";
  private static final String SECRET = "heimdall/configuration";
  private static final String SOURCE = "sources/shop.json";

  @TempDir private Path folder;

  private EmulatedDeployment deployed;

  @BeforeEach
  void begin() throws Exception {
    deployed = new EmulatedDeployment(folder);
  }

  /** As people do: with Heimdall's command. */
  private void edit(String place, String host) throws Exception {
    deployed.heimdall("config", "pull", place, "conf");
    deployed.write("conf/" + SOURCE, "{\"url\": \"jdbc:postgresql://%s/shop\"}".formatted(host));
    deployed.heimdall("config", "push", "conf", place);
  }

  private String source(String place) throws Exception {
    try (DocumentStore documents = deployed.open(place)) {
      return text(documents, SOURCE);
    }
  }

  /** It has a fixed name, and is kept when its stack is destroyed. */
  @Test
  @Tag("long")
  void aSecretThatWasKeptIsRefusedAndUsedOnceItIsNamed() throws Exception {
    ObjectNode region = deployed.region(WEST);
    region.withObject("/fleet").put("protect", false);
    region.withObject("/documents").put("place", "secret");
    deployed.save(deployed.deployment(region));
    deployed.bootstrap();
    deployed.deploy();
    String place = deployed.place("secret:" + SECRET, WEST);
    edit(place, "edited.example");
    deployed.destroy();
    assertThat(deployed.standing(WEST)).isEmpty();
    assertThat(source(place)).as("it was kept").contains("edited.example");

    assertThat(deployed.deployIsRefused())
        .contains(
            "the secret " + SECRET + " is there already",
            "\"secret\": \"" + SECRET + "\" into documents",
            "--secret-id " + SECRET);
    assertThat(source(place)).contains("edited.example");

    region.withObject("/documents").put("secret", SECRET);
    deployed.save(deployed.deployment(region));
    deployed.deploy();
    assertThat(source(place)).contains("edited.example");
  }

  /** Where nodes of a region read their documents, as their instances have it. */
  private String readBy(String region) throws Exception {
    return texts(deployed.made(region).get("configSources")).toString();
  }

  private String bucket(String region) throws Exception {
    return deployed.made(region).at("/outputs/DocumentsBucket").asText();
  }

  private static String copy(String region) {
    return "heimdall-copy-123456789012-" + region;
  }

  /** S3's part is the emulator's: it copies what the deployed rules name. */
  @Test
  @Tag("long")
  void documentsOfEachRegionAreThenEditedInOneAndThenInTheOther() throws Exception {
    ObjectNode west = deployed.region(WEST);
    ObjectNode east = deployed.region(EAST);
    ObjectNode file = deployed.deployment(west, east);
    deployed.save(file);
    deployed.bootstrap();
    deployed.deploy();
    String ofWest = bucket(WEST);
    String ofEast = bucket(EAST);
    assertThat(readBy(EAST)).isEqualTo("[configSource='s3://%s/config']".formatted(ofEast));
    edit(deployed.inBucket(ofWest, WEST), "edited.example");

    // In the two steps of docs/aws-copies.md.
    file.put("editedIn", WEST);
    east.remove("documents");
    deployed.save(file);
    deployed.deploy(stack(WEST));
    push(ofWest, WEST, ofWest, WEST);
    deployed.deploy();
    assertThat(readBy(WEST))
        .isEqualTo("[configSource='s3://%s/config?commits=prefer']".formatted(ofWest));
    assertThat(readBy(EAST))
        .isEqualTo("[configSource='s3://%s/config?commits=read']".formatted(copy(EAST)));
    String copied = deployed.inBucket(copy(EAST), EAST, "commits=read");
    assertThat(source(copied)).contains("edited.example");
    edit(deployed.inBucket(ofWest, WEST, "commits=write"), "later.example");
    assertThat(source(copied)).contains("later.example");

    file.put("editedIn", EAST);
    west.remove("documents");
    deployed.save(file);
    deployed.deploy(stack(EAST));
    // Documents of an earlier time are there.
    push(ofWest, WEST, ofEast, EAST, "--overwrite");
    deployed.deploy();
    assertThat(readBy(WEST))
        .isEqualTo("[configSource='s3://%s/config?commits=read']".formatted(copy(WEST)));
    assertThat(readBy(EAST))
        .isEqualTo("[configSource='s3://%s/config?commits=prefer']".formatted(ofEast));
    copied = deployed.inBucket(copy(WEST), WEST, "commits=read");
    assertThat(source(copied)).contains("later.example");
    edit(deployed.inBucket(ofEast, EAST, "commits=write"), "east.example");
    assertThat(source(copied)).contains("east.example");
  }

  /** In the order of docs/aws-changes.md, all of it while the region is in the file. */
  @Test
  @Tag("long")
  void aRegionGoesWithItsCopyAndTheOneThatIsEditedStays() throws Exception {
    ObjectNode west = deployed.region(WEST);
    ObjectNode east = deployed.region(EAST);
    east.remove("documents");
    deployed.save(deployed.deployment(west, east).put("editedIn", WEST));
    deployed.bootstrap();
    deployed.deploy();
    String copy = stack(EAST) + "-copy";
    assertThat(deployed.standing(EAST).has(copy)).isTrue();
    assertThat(deployed.destroyIsRefused(stack(EAST)))
        .contains("cannot be deleted while TerminationProtection is enabled");

    east.withObject("/fleet").put("protect", false);
    deployed.save(deployed.deployment(west, east).put("editedIn", WEST));
    deployed.deploy();
    deployed.destroy(stack(EAST));
    assertThat(deployed.standing(EAST).has(stack(EAST))).isFalse();
    deployed.destroy("--exclusively", copy);
    assertThat(deployed.standing(EAST)).isEmpty();
    assertThat(deployed.standing(WEST).has(stack(WEST))).isTrue();

    deployed.save(deployed.deployment(west).put("editedIn", WEST));
    deployed.deploy();
    String place = deployed.place("s3://" + bucket(WEST) + "/config", WEST);
    edit(place, "edited.example");
    assertThat(source(place)).contains("edited.example");
  }

  /** All documents of a bucket, as a whole edit of another, or of the same one. */
  private void push(String from, String fromRegion, String to, String toRegion, String... how)
      throws Exception {
    deployed.heimdall("config", "pull", deployed.inBucket(from, fromRegion), "all");
    String place = deployed.inBucket(to, toRegion, "commits=write");
    deployed.heimdall(
        Stream.concat(
                Stream.of("config", "push"), Stream.concat(Stream.of(how), Stream.of("all", place)))
            .toArray(String[]::new));
  }
}
