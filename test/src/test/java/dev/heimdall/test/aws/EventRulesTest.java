package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.RdsEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class EventRulesTest {
  @Test
  void theRuleOfTheTemplateIsForTheEventsThatTheFunctionKnows() throws IOException {
    assertThat(Files.readAllLines(Path.of("..", "templates", "heimdall-config-sync.yaml")))
        .map(String::strip)
        .filteredOn(line -> line.startsWith("- RDS-EVENT-"))
        .map(line -> line.substring(2))
        .containsExactlyInAnyOrderElementsOf(RdsEvent.ids());
  }
}
