package dev.heimdall.test.aws;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.routing.RdsEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The function is woken by the events that it knows, and by no others. */
class FollowedEventsTest {
  private static final Path TEMPLATE = Path.of("../templates/heimdall-config-sync.yaml");

  @Test
  void theTemplatesRuleNamesTheEventsThatTheFunctionKnows() throws IOException {
    Set<String> named = new TreeSet<>();
    Matcher ids = Pattern.compile("RDS-EVENT-[0-9]{4}").matcher(Files.readString(TEMPLATE));
    while (ids.find()) {
      named.add(ids.group());
    }
    assertThat(named).containsExactlyInAnyOrderElementsOf(RdsEvent.ids());
  }
}
