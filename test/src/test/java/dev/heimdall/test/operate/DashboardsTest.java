package dev.heimdall.test.operate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Grafana's dashboards ask for metrics that there are. */
class DashboardsTest {
  private static final Path FOLDER = Path.of("../templates/dashboards");
  private static final List<Path> PAGES =
      List.of(Path.of("../docs/metrics.md"), Path.of("../docs/manager.md"));
  private static final Pattern METRIC = Pattern.compile("heimdall_[a-z_]+[a-z]");
  private static final int WIDTH = 24;

  private record Dashboard(String file, JsonNode content) {
    List<JsonNode> panels() {
      List<JsonNode> panels = new ArrayList<>();
      content.get("panels").forEach(panels::add);
      return panels;
    }

    @Override
    public String toString() {
      return file;
    }
  }

  private static List<Dashboard> dashboards() throws IOException {
    List<Dashboard> dashboards = new ArrayList<>();
    try (Stream<Path> files = Files.list(FOLDER)) {
      for (Path file : files.sorted().toList()) {
        dashboards.add(
            new Dashboard(
                file.getFileName().toString(), new ObjectMapper().readTree(file.toFile())));
      }
    }
    return dashboards;
  }

  private static Set<String> metrics(String text) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = METRIC.matcher(text);
    while (matcher.find()) {
      names.add(matcher.group().replaceFirst("_bucket$", ""));
    }
    return names;
  }

  private static List<String> questions(Dashboard dashboard) {
    List<String> questions = new ArrayList<>();
    dashboard
        .panels()
        .forEach(
            panel -> panel.path("targets").forEach(one -> questions.add(one.get("expr").asText())));
    dashboard
        .content()
        .at("/templating/list")
        .forEach(variable -> questions.add(variable.path("definition").asText()));
    return questions;
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void eachMetricIsOneThatIsExplained(Dashboard dashboard) throws IOException {
    Set<String> explained = new HashSet<>();
    for (Path page : PAGES) {
      explained.addAll(metrics(Files.readString(page)));
    }
    assertThat(questions(dashboard))
        .isNotEmpty()
        .allSatisfy(expression -> assertThat(explained).containsAll(metrics(expression)));
  }

  @ParameterizedTest
  @MethodSource("dashboards")
  void eachPanelSaysWhatItShowsAndHasAPlaceOfItsOwn(Dashboard dashboard) {
    Set<Integer> ids = new HashSet<>();
    Set<String> places = new HashSet<>();
    for (JsonNode panel : dashboard.panels()) {
      assertThat(ids.add(panel.get("id").intValue())).as(panel.get("title").asText()).isTrue();
      JsonNode at = panel.get("gridPos");
      for (int x = at.get("x").intValue(); x < right(at); x++) {
        assertThat(x).isLessThan(WIDTH);
        for (int y = at.get("y").intValue(); y < at.get("y").intValue() + height(at); y++) {
          assertThat(places.add(x + " " + y)).as(panel.get("title").asText()).isTrue();
        }
      }
      if (!panel.get("type").asText().equals("row")) {
        assertThat(panel.get("description").asText()).as(panel.get("title").asText()).isNotEmpty();
        assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isNotEmpty();
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
      }
    }
  }

  private static int right(JsonNode at) {
    return at.get("x").intValue() + at.get("w").intValue();
  }

  private static int height(JsonNode at) {
    return at.get("h").intValue();
  }

  @Test
  void eachHasATitleAndAnIdOfItsOwn() throws IOException {
    assertThat(dashboards())
        .hasSize(6)
        .extracting(dashboard -> dashboard.content().get("uid").asText())
        .doesNotHaveDuplicates();
    assertThat(dashboards())
        .extracting(dashboard -> dashboard.content().get("title").asText())
        .doesNotHaveDuplicates()
        .allSatisfy(title -> assertThat(title).startsWith("Heimdall / "));
  }
}
