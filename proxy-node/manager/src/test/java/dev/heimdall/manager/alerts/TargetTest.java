package dev.heimdall.manager.alerts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.forms.DocumentForm;
import dev.heimdall.manager.forms.FormView;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.secrets.Content;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static final Instant NOW = Instant.parse("2026-03-04T05:06:07Z");
  private static final String SECRET = "T0PSECRET";

  private static Map<String, String> mail(String... settings) {
    Map<String, String> form = new HashMap<>();
    form.put("host", "smtp.example.com");
    form.put("from", "heimdall@example.com");
    form.put("to", "on-call@example.com; second@example.com");
    form.put("user", "me");
    form.put("password", SECRET);
    for (int i = 0; i < settings.length; i += 2) {
      form.put(settings[i], settings[i + 1]);
    }
    return form;
  }

  static ObjectNode written(TargetType type, Map<String, String> form) {
    return type.written(form, Answer.JSON.createObjectNode());
  }

  private static Target wished(TargetType type, Map<String, String> form, Optional<Target> before)
      throws Refusal {
    return Target.wished("one", type, written(type, form), before, NOW);
  }

  private static Target wished(Map<String, String> form) throws Refusal {
    return wished(TargetType.EMAIL, form, Optional.empty());
  }

  @Test
  void whatWasWrittenBeforeThereWereTypesIsAWebhook() throws Exception {
    String old =
        """
        {"targets": {"chat": {"url": "https://chat.example/T0PSECRET", "key": "", "style": "slack",
          "severity": "critical", "hourly": 7, "since": "2026-03-04T05:06:07Z",
          "kinds": ["node-lost", "failover-begun"], "told": {"leftOut": 3, "claims": {}}}}}
        """;
    Targets.Form form = new Targets.Form();
    Targets targets = form.read(Optional.of(Content.of(old)));
    Target chat = targets.all().get("chat");
    WebhookTarget way = (WebhookTarget) chat.way();
    assertThat(way.uri().toString()).isEqualTo("https://chat.example/T0PSECRET");
    assertThat(way.key()).isEmpty();
    assertThat(way.style()).isEqualTo(WebhookTarget.Style.SLACK);
    assertThat(way.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(way.hourly()).isEqualTo(7);
    assertThat(way.kinds()).containsExactly("node-lost", "failover-begun");
    assertThat(chat.since()).isEqualTo(NOW);
    assertThat(targets.told("chat").leftOut()).isEqualTo(3);

    Targets again = form.read(Optional.of(form.write(targets)));
    assertThat(again.all().get("chat").way()).isEqualTo(way);
    assertThat(again.told("chat")).isEqualTo(targets.told("chat"));
  }

  @Test
  void eachTypeIsWrittenAndReadAgain() throws Exception {
    Targets.Form form = new Targets.Form();
    Target mail = wished(mail("port", "2525", "kinds", "node-lost"));
    Target topic =
        Target.wished(
            "topic",
            TargetType.SNS,
            written(
                TargetType.SNS, Map.of("topicArn", "arn:aws:sns:eu-west-1:123456789012:a.fifo")),
            Optional.empty(),
            NOW);
    Targets all = new Targets(Map.of(), Map.of()).with(mail).with(topic);
    Targets read = form.read(Optional.of(form.write(all)));
    EmailTarget way = (EmailTarget) read.all().get("one").way();
    assertThat(way).isEqualTo(mail.way());
    assertThat(way.to()).containsExactly("on-call@example.com", "second@example.com");
    assertThat(way.serverPort()).isEqualTo(2525);
    assertThat(way.hourly()).isEqualTo(20);
    assertThat(way.severity()).isEqualTo(Severity.WARNING);
    TopicTarget fifo = (TopicTarget) read.all().get("topic").way();
    assertThat(fifo.region()).isEqualTo("eu-west-1");
    assertThat(fifo.isFifo()).isTrue();
  }

  @Test
  void secretsAreNeverShown() throws Exception {
    Target target = wished(mail());
    ObjectNode shown = target.type().shown(target);
    assertThat(shown.path("security").asText()).isEqualTo("starttls");
    assertThat(shown.path("to")).hasSize(2);
    List<FormView.Field> form =
        DocumentForm.of(target.type().fields(), target.settings(), mail(), Map.of()).fields();
    assertThat(form).extracting(FormView.Field::name).contains("password");
    assertThat(shown + target.way().shown() + target + target.way() + form)
        .contains("smtp.example.com")
        .doesNotContain(SECRET);
  }

  @Test
  void aPasswordStaysWithItsServer() throws Exception {
    Target before = wished(mail());
    Map<String, String> same = mail("password", "", "to", "third@example.com");
    EmailTarget kept = (EmailTarget) wished(TargetType.EMAIL, same, Optional.of(before)).way();
    assertThat(kept.password().orElseThrow().value()).isEqualTo(SECRET);
    assertThat(kept.to()).containsExactly("third@example.com");
    for (Map<String, String> other :
        List.of(
            mail("password", "", "host", "smtp.elsewhere.example"),
            mail("password", "", "port", "2525"),
            mail("password", "", "security", "tls"),
            mail("password", "", "caFile", "/own.pem"),
            mail("password", "", "user", "you"))) {
      assertThatThrownBy(() -> wished(TargetType.EMAIL, other, Optional.of(before)))
          .as(other.toString())
          .isInstanceOf(Refusal.class)
          .hasMessageStartingWith("The password that is kept");
    }
    Map<String, String> nobody = mail("password", "", "user", "");
    assertThat(
            ((EmailTarget) wished(TargetType.EMAIL, nobody, Optional.of(before)).way()).password())
        .isEmpty();
    Map<String, String> hook = Map.of("url", "https://a.example/");
    assertThat(wished(TargetType.WEBHOOK, hook, Optional.of(before)).settings().has("password"))
        .isFalse();
  }

  @Test
  void whatIsWrongIsSaidAndSecretsAreNotQuoted() {
    Map<Map<String, String>, String> wrong = new HashMap<>();
    wrong.put(mail("host", "a b"), "host: got \"a b\"");
    wrong.put(mail("host", ""), "host: got nothing");
    wrong.put(mail("port", "0"), "port: got 0");
    wrong.put(mail("port", "x"), "port: got \"x\"");
    wrong.put(mail("security", "ssl"), "security: got \"ssl\"");
    wrong.put(mail("security", "none"), "security: got \"none\" with a password");
    wrong.put(mail("from", "a@b\r\nBcc: c@d"), "from: got");
    wrong.put(mail("to", "nobody"), "to[0]: got \"nobody\"");
    wrong.put(mail("to", "a..b@example.com"), "to[0]: got");
    wrong.put(mail("to", "a@example.com, a@example.com"), "again");
    wrong.put(mail("password", SECRET + "\r\nx"), "password: got something else");
    wrong.put(mail("password", ""), "password: got nothing");
    wrong.put(mail("helo", "a b"), "helo: got \"a b\"");
    wrong.put(mail("severity", "bad"), "severity: got \"bad\"");
    wrong.put(mail("kinds", "No"), "kinds[0]: got \"No\"");
    wrong.put(mail("hourly", "0"), "hourly: got 0");
    wrong.forEach(
        (form, words) ->
            assertThatThrownBy(() -> wished(form))
                .as(words)
                .isInstanceOf(Refusal.class)
                .hasMessageContaining(words)
                .hasMessageNotContaining(SECRET));
    ObjectNode unknown = written(TargetType.EMAIL, mail()).put("passwort", SECRET);
    assertThatThrownBy(() -> Target.wished("one", TargetType.EMAIL, unknown, Optional.empty(), NOW))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining("did you mean \"password\"?")
        .hasMessageNotContaining(SECRET);
    for (String arn : new String[] {"arn:aws:sqs:eu-west-1:123456789012:a", "a.fifo", ""}) {
      assertThatThrownBy(() -> wished(TargetType.SNS, Map.of("topicArn", arn), Optional.empty()))
          .isInstanceOf(Refusal.class)
          .hasMessageStartingWith("topicArn: got");
    }
  }

  @Test
  void theSchemaSaysWhatIsWrittenOnly() {
    ObjectNode schema = TargetType.EMAIL.schema();
    assertThat(schema.at("/properties/password/writeOnly").asBoolean()).isTrue();
    assertThat(schema.at("/properties/type/enum/0").asText()).isEqualTo("email");
    assertThat(schema.path("required").toString())
        .isEqualTo(
            Answer.JSON.createArrayNode().add("host").add("from").add("to").add("type").toString());
    assertThat(TargetType.WEBHOOK.schema().path("required")).isEmpty();
  }
}
