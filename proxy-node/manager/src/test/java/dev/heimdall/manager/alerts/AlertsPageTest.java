package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.manager.problems.Thresholds;
import dev.heimdall.model.StrictDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds the tables of settings on the page of alerts against the settings; with {@code
 * -Dregenerate} it writes them anew.
 */
class AlertsPageTest {
  private static final Path PAGE = Path.of("../../docs/alerts.md");

  @ParameterizedTest
  @ValueSource(
      classes = {
        WebhookTarget.class,
        EmailTarget.class,
        TopicTarget.class,
        PagerDutyTarget.class,
        AlertmanagerTarget.class,
        Thresholds.class
      })
  void thePageHasTheSettings(Class<? extends Record> settings) throws IOException {
    String page = Files.readString(PAGE);
    String begin = "<!-- settings: %s -->\n".formatted(settings.getSimpleName());
    int from = page.indexOf(begin);
    assertThat(from).isPositive();
    int to = page.indexOf("<!-- end -->", from);
    String tables = StrictDocument.tables(settings);
    if (System.getProperty("regenerate") != null) {
      page = page.substring(0, from) + begin + tables + page.substring(to);
      Files.writeString(PAGE, page);
    }
    assertThat(page.substring(from, page.indexOf("<!-- end -->", from))).isEqualTo(begin + tables);
  }
}
