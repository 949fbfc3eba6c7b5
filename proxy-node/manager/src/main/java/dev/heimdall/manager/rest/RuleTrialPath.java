package dev.heimdall.manager.rest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.heimdall.manager.accounts.Permission;
import dev.heimdall.manager.edit.EditRefused;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.trial.ListTrials;
import dev.heimdall.manager.trial.Question;
import dev.heimdall.manager.trial.Verdict;
import dev.heimdall.manager.web.Answer;
import dev.heimdall.manager.web.Refusal;
import dev.heimdall.manager.web.Request;
import dev.heimdall.model.Problem;
import dev.heimdall.secrets.DocumentStore;
import dev.heimdall.secrets.StoreException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** {@code /api/v1/rules/NAME/try}: what a rule list does with a statement. */
public final class RuleTrialPath implements Resource {
  private static final Set<String> KEYS =
      Set.of(
          "vdb",
          "statement",
          "user",
          "groups",
          "database",
          "application",
          "address",
          "port",
          "inTransaction",
          "prepared",
          "document");

  private static final Shape QUESTION =
      Shape.object()
          .with("vdb", Shape.text("The virtual database."))
          .with("statement", Shape.text("At most 65,536 characters."))
          .maybe("user", Shape.text("").otherwise("nobody"))
          .maybe("groups", Shape.list("", Shape.text("")))
          .maybe("database", Shape.text("Without: the only one, or the user's name."))
          .maybe("application", Shape.text(""))
          .maybe("address", Shape.text("Where the client is.").otherwise("127.0.0.1"))
          .maybe("port", Shape.whole("Without: the first one.", 1, 65_535))
          .maybe("inTransaction", Shape.truth("").otherwise(false))
          .maybe("prepared", Shape.truth("").otherwise(false))
          .maybe("document", Shape.any("The rule list as it would be, an object."))
          .only();
  private static final Fields<Verdict.Met> RULE =
      Fields.<Verdict.Met>of()
          .with("list", Shape.text(""), Verdict.Met::list)
          .with("rule", Shape.count("Its number."), Verdict.Met::number)
          .with("depth", Shape.count("How far inside other lists."), Verdict.Met::depth)
          .with("action", Shape.text(""), Verdict.Met::action)
          .with("comment", Shape.text(""), Verdict.Met::comment)
          .with("meeting", Shape.word("", Verdict.Meeting.values()), Verdict.Met::meeting)
          .with("why", Shape.text(""), Verdict.Met::why)
          .with("effect", Shape.text(""), Verdict.Met::effect);
  private static final Fields<Verdict.Way> WAY =
      Fields.<Verdict.Way>of()
          .with("place", Shape.word("", Verdict.Place.values()), Verdict.Way::place)
          .with("goes", Shape.truth(""), Verdict.Way::goes)
          .with("why", Shape.text(""), Verdict.Way::why);
  private static final Fields<Verdict> VERDICT =
      Fields.<Verdict>of()
          .with("tables", Shape.list("", Shape.text("")), Verdict::tables)
          .with(
              "understood",
              Shape.truth("Whether all tables are known."),
              verdict -> verdict.doubt().isEmpty())
          .maybe("doubt", Shape.text("Why they are not."), Verdict::doubt)
          .list("rules", "Those that it meets, in order.", RULE, Verdict::rules)
          .with(
              "decision",
              Shape.map("What follows from all of them.", Shape.text("")),
              Verdict::decision)
          .maybe(
              "rewritten",
              Shape.text("What is sent in the place of the statement."),
              Verdict::rewritten)
          .with("goes", Shape.word("Where it would go.", Verdict.Place.values()), Verdict::goes)
          .list("ways", "The places up to that one.", WAY, Verdict::ways);

  /** A statement, and a document that has a list as it would be. */
  private static final int LARGEST_BODY = 2 * DocumentStore.LARGEST;

  private static final int LAST_PORT = 65_535;

  private final ListTrials trials;
  private final MaskedText masks;

  public RuleTrialPath(ListTrials trials, MaskedText masks) {
    this.trials = trials;
    this.masks = masks;
  }

  /** It says what is in rules, as documents do. */
  @Override
  public List<Operation> operations() {
    return List.of(
        new Operation(
                "POST",
                "/api/v1/rules/{name}/try",
                Permission.READ_CONFIGURATION,
                LARGEST_BODY,
                this::tried)
            .saying(
                OperationText.of("Says which rules a statement meets, and what becomes of it")
                    .takes(QUESTION)
                    .answers(
                        VERDICT
                            .shape()
                            .with(
                                "used",
                                Shape.truth("Whether the virtual database uses the list.")))));
  }

  private Answer tried(Call call) throws Refusal, StoreException, EditRefused {
    JsonNode body = StrictBody.of(call.request(), LARGEST_BODY, KEYS);
    JsonNode document = body.path("document");
    if (!document.isMissingNode() && !document.isObject()) {
      throw Request.bad("$.document: expected an object.");
    }
    if (document.isObject() && !call.who().role().may(Permission.CHANGE_CONFIGURATION)) {
      throw new Refusal(
          403,
          "not_permitted",
          "Trying rules of one's own needs the permission %s."
              .formatted(Permission.CHANGE_CONFIGURATION.spelling()));
    }
    ListTrials.Tried tried =
        trials.of(
            call.part(),
            document.isObject() ? Optional.of(document.toString()) : Optional.empty(),
            question(body));
    if (tried.verdict().isEmpty()) {
      throw new Refusal(
              422,
              "wrong_configuration",
              "Nothing can be tried: the configuration is wrong (problems: %d)."
                  .formatted(Problem.count(tried.problems())))
          .with("problems", Reports.problems(tried.problems()));
    }
    Verdict shown = tried.verdict().get().shown(masks::maskWords);
    return Answer.json(200, VERDICT.json(shown).put("used", tried.used()));
  }

  private static Question question(JsonNode body) throws Refusal {
    return new Question(
        needed(body, "vdb"),
        needed(body, "statement"),
        StrictBody.text(body, "user").orElse("nobody"),
        groups(body),
        StrictBody.text(body, "database"),
        StrictBody.text(body, "application").orElse(""),
        address(StrictBody.text(body, "address").orElse("127.0.0.1")),
        port(body.path("port")),
        truth(body, "inTransaction"),
        truth(body, "prepared"));
  }

  private static String needed(JsonNode body, String key) throws Refusal {
    return StrictBody.text(body, key)
        .orElseThrow(() -> Request.bad("$." + key + ": expected a text, and there is none."));
  }

  private static List<String> groups(JsonNode body) throws Refusal {
    List<String> groups = new ArrayList<>();
    for (JsonNode group : body.path("groups")) {
      if (!group.isTextual()) {
        throw Request.bad("$.groups: expected texts.");
      }
      groups.add(group.textValue());
    }
    return groups;
  }

  private static InetAddress address(String text) throws Refusal {
    return Question.address(text)
        .orElseThrow(() -> Request.bad("$.address: expected an IP address."));
  }

  private static OptionalInt port(JsonNode port) throws Refusal {
    if (port.isMissingNode()) {
      return OptionalInt.empty();
    }
    if (!port.isInt() || port.intValue() < 1 || port.intValue() > LAST_PORT) {
      throw Request.bad("$.port: expected a port from 1 to 65535.");
    }
    return OptionalInt.of(port.intValue());
  }

  private static boolean truth(JsonNode body, String key) throws Refusal {
    JsonNode value = body.path(key);
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw Request.bad("$." + key + ": expected true or false.");
    }
    return value.asBoolean();
  }
}
