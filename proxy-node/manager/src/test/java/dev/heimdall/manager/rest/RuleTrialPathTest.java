package dev.heimdall.manager.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.RestClient;
import dev.heimdall.manager.SmallManager;
import dev.heimdall.manager.accounts.Role;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.trial.Question;
import dev.heimdall.manager.trial.Trials;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.model.Configuration;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleTrialPathTest {
  @TempDir private Path directory;
  private SmallManager manager;
  private final AtomicReference<Configuration> tried = new AtomicReference<>();
  private final AtomicReference<Question> asked = new AtomicReference<>();
  private String why = "no";

  @BeforeEach
  void open() throws Exception {
    manager = SmallManager.withAccounts(directory);
    manager.write("sources/main.json", "{\"url\": \"jdbc:postgresql://db.example\"}");
    manager.write(
        "vdbs/shop.json", "{\"ports\": [5050], \"source\": \"main\", \"rules\": [\"first\"]}");
    manager.write(
        "rules/first.json",
        "{\"rules\": [{\"action\": \"call\", \"parameters\": {\"rule\": \"called\"}}]}");
    manager.write("rules/called.json", "{\"rules\": []}");
    manager.write("rules/unused.json", "{\"rules\": []}");
    manager.account("reader", Role.READ_ONLY, "chosen by himself");
    Trials trials =
        new Trials(
            (now, question) -> {
              tried.set(now);
              asked.set(question);
              return new Verdict(
                  List.of("shop.t"),
                  Optional.empty(),
                  List.of(
                      new Verdict.Met(
                          0, "first", 1, "", "drop", Verdict.Meeting.NOT_MATCHED, why, "")),
                  Map.of("drop", "yes"),
                  Optional.of("SELECT 2"),
                  Verdict.Place.WRITER,
                  List.of(new Verdict.Way(Verdict.Place.WRITER, true, "it has to")));
            });
    manager.serveApi(new RuleTrialPath(new ListTrials(manager.editor(), trials), manager.masks()));
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private HttpResponse<String> send(String list, String body) throws Exception {
    return send(manager.rest(), list, body);
  }

  private static HttpResponse<String> send(RestClient who, String list, String body)
      throws Exception {
    return who.send("POST", "/api/v1/rules/" + list + "/try", body);
  }

  @Test
  void theVerdictIsTold() throws Exception {
    HttpResponse<String> said =
        send(
            "first",
            "{\"vdb\": \"shop\", \"statement\": \"SELECT 1\", \"user\": \"bob\", \"address\":"
                + " \"10.0.0.1\", \"port\": 5050, \"groups\": [\"staff\"], \"inTransaction\":"
                + " true}");

    assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
    assertThat(Answer.JSON.readTree(said.body()))
        .isEqualTo(
            Answer.JSON.readTree(
                "{\"used\": true, \"tables\": [\"shop.t\"], \"understood\": true, \"rules\":"
                    + " [{\"list\": \"first\", \"rule\": 1, \"depth\": 0, \"action\": \"drop\","
                    + " \"comment\": \"\", \"meeting\": \"not_matched\", \"why\": \"no\","
                    + " \"effect\": \"\"}], \"decision\": {\"drop\": \"yes\"}, \"rewritten\":"
                    + " \"SELECT 2\", \"goes\": \"writer\", \"ways\": [{\"place\": \"writer\","
                    + " \"goes\": true, \"why\": \"it has to\"}]}"));
    assertThat(asked.get().user()).isEqualTo("bob");
    assertThat(asked.get().inTransaction()).isTrue();
    assertThat(asked.get().groups()).containsExactly("staff");
    assertThat(asked.get().port()).hasValue(5050);
  }

  @Test
  void whatQuotesASecretOfARuleIsMasked() throws Exception {
    why = "no match for jdbc:postgresql://db.example/x?password=canary-secret \"quoted\"";
    String body = send("first", "{\"vdb\": \"shop\", \"statement\": \"SELECT 1\"}").body();
    assertThat(body).contains("••••").doesNotContain("canary");
  }

  @Test
  void aListIsTriedWhereverItIsCalledAndBehindTheOthersWhereItIsNot() throws Exception {
    String question = "{\"vdb\": \"shop\", \"statement\": \"SELECT 1\"}";

    assertThat(json(send("called", question)).path("used").asBoolean()).isTrue();
    assertThat(tried.get().vdbs().get("shop").rules()).containsExactly("first");
    assertThat(json(send("unused", question)).path("used").asBoolean()).isFalse();
    assertThat(tried.get().vdbs().get("shop").rules()).containsExactly("first", "unused");
    assertThat(manager.written("vdbs/shop.json")).doesNotContain("unused");
  }

  private static JsonNode json(HttpResponse<String> said) throws Exception {
    assertThat(said.statusCode()).as(said.body()).isEqualTo(200);
    return Answer.JSON.readTree(said.body());
  }

  @Test
  void aListIsTriedAsItWouldBe() throws Exception {
    String question = "{\"vdb\": \"shop\", \"statement\": \"SELECT 1\", \"document\": %s}";

    json(send("unused", question.formatted("{\"rules\": [{\"action\": \"drop\"}]}")));
    assertThat(tried.get().rules().get("unused").rules()).hasSize(1);
    json(send("new", question.formatted("{\"rules\": [{\"action\": \"drop\"}]}")));
    assertThat(tried.get().rules()).containsKeys("new", "unused");
    HttpResponse<String> wrong =
        send("new", question.formatted("{\"rules\": [{\"action\": \"drpo\"}]}"));
    assertThat(wrong.statusCode()).isEqualTo(422);
    assertThat(wrong.body()).contains("$.rules[0].action", "did you mean");
    assertThat(manager.configuration().resolve("rules/new.json")).doesNotExist();
  }

  @Test
  void whatIsNoQuestionIsRefused() throws Exception {
    assertThat(send("none", "{\"vdb\": \"shop\", \"statement\": \"x\"}").statusCode())
        .isEqualTo(404);
    assertThat(send("first", "{\"vdb\": \"none\", \"statement\": \"x\"}").statusCode())
        .isEqualTo(404);
    for (String wrong :
        List.of(
            "{\"vdb\": \"shop\"}",
            "{\"vdb\": \"shop\", \"statement\": 1}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"more\": 1}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"port\": 0}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"address\": \"db.example\"}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"groups\": [1]}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"prepared\": \"yes\"}",
            "{\"vdb\": \"shop\", \"statement\": \"x\", \"document\": \"{}\"}")) {
      assertThat(send("first", wrong).statusCode()).as(wrong).isEqualTo(400);
    }
    assertThat(
            send("first", "{\"vdb\": \"shop\", \"statement\": \"" + "x".repeat(70_000) + "\"}")
                .statusCode())
        .isEqualTo(413);
  }

  @Test
  void whoMayOnlyReadTriesListsAsTheyAre() throws Exception {
    RestClient reader = new RestClient(manager.port(), "reader", "chosen by himself");
    String question = "{\"vdb\": \"shop\", \"statement\": \"x\"%s}";
    assertThat(send(reader, "first", question.formatted("")).statusCode()).isEqualTo(200);
    tried.set(null);
    HttpResponse<String> said =
        send(reader, "first", question.formatted(", \"document\": {\"rules\": []}"));
    assertThat(said.statusCode()).isEqualTo(403);
    assertThat(said.body()).contains("not_permitted", "change_configuration");
    assertThat(tried.get()).isNull();
  }
}
