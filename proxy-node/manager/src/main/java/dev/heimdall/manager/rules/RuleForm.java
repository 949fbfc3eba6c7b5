package dev.heimdall.manager.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.model.ParameterField;
import dev.heimdall.model.RuleAction;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A rule as a form shows it, and as it was written by one. What a field shows and gives back
 * unchanged stays as it is in the document; what there is no field for stays, too.
 */
final class RuleForm {
  static final String PARAMETER = "p.";
  static final String EXPRESSION = "match.";
  static final String REMOVED = "remove.";

  /** Fields of a form are few. */
  private static final int MOST_EXPRESSIONS = 40;

  private static final String PARAMETERS = "parameters";
  private static final Set<String> KEYS =
      Set.of("comment", "enabled", "match", "join", "inTransaction", "action", PARAMETERS);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RuleForm() {}

  /** The action of a rule; empty: it has none that there is. */
  static Optional<RuleAction> action(JsonNode rule) {
    return action(rule.path("action").asText());
  }

  static Optional<RuleAction> action(String spelling) {
    return Stream.of(RuleAction.values())
        .filter(action -> action.spelling().equals(spelling))
        .findFirst();
  }

  private static List<ParameterField> own(Optional<RuleAction> action) {
    return action.map(ParameterField::of).orElse(List.of());
  }

  /** Those of every rule, but for what the action knows by the same name. */
  private static List<ParameterField> general(Optional<RuleAction> action) {
    Set<String> own = new HashSet<>();
    own(action).forEach(field -> own.add(field.key()));
    return ParameterField.general().stream().filter(field -> !own.contains(field.key())).toList();
  }

  /** A text that comes back from a form as it was. */
  private static boolean isPlain(String text) {
    return text.codePoints()
        .noneMatch(
            c ->
                c != '\n' && c != '\t' && Character.isISOControl(c)
                    || Character.getType(c) == Character.SURROGATE);
  }

  /** What a field shows of a value; empty: it cannot be shown in one. */
  private static Optional<String> shown(JsonNode value) {
    if (value.isMissingNode()) {
      return Optional.of("");
    }
    boolean one = value.isTextual() && isPlain(value.textValue());
    return one || value.isBoolean() || value.isIntegralNumber()
        ? Optional.of(value.asText())
        : Optional.empty();
  }

  /** What the fields of expressions show; empty: they cannot be shown in some. */
  private static Optional<List<String>> expressions(JsonNode match) {
    if (match.isMissingNode()) {
      return Optional.of(List.of());
    }
    if (match.isTextual() && isPlain(match.textValue())) {
      return Optional.of(List.of(match.textValue()));
    }
    if (!match.isArray() || match.size() > MOST_EXPRESSIONS) {
      return Optional.empty();
    }
    List<String> texts = new ArrayList<>();
    for (JsonNode one : match) {
      if (!one.isTextual() || !isPlain(one.textValue())) {
        return Optional.empty();
      }
      texts.add(one.textValue());
    }
    return Optional.of(texts);
  }

  /**
   * The form of a rule.
   *
   * @param faults what is wrong, by the names of fields; what has no field is under ""
   */
  static RulesView.Form of(
      int id, int revision, ObjectNode rule, Map<String, List<String>> faults) {
    Optional<RuleAction> action = action(rule);
    Map<String, List<String>> left = new TreeMap<>(faults);
    List<RulesView.Other> others = new ArrayList<>();
    List<RulesView.Expression> match = new ArrayList<>();
    expressions(rule.path("match"))
        .ifPresentOrElse(
            texts -> {
              for (int i = 0; i < texts.size(); i++) {
                match.add(new RulesView.Expression(i, texts.get(i), taken(left, EXPRESSION + i)));
              }
              if (match.isEmpty()) {
                match.add(new RulesView.Expression(0, "", taken(left, EXPRESSION + 0)));
              }
            },
            () -> others.add(new RulesView.Other("match", rule.path("match").toString())));
    JsonNode parameters = rule.path(PARAMETERS);
    List<RulesView.Field> own = fields(own(action), parameters, left, others);
    List<RulesView.Field> general = fields(general(action), parameters, left, others);
    others(rule, action, others);
    List<RulesView.Choice> actions = new ArrayList<>();
    for (RuleAction one : RuleAction.values()) {
      actions.add(
          new RulesView.Choice(one.spelling(), one.spelling(), action.equals(Optional.of(one))));
    }
    if (action.isEmpty()) {
      String word = shown(rule.path("action")).orElse("");
      actions.add(new RulesView.Choice(word, word.isEmpty() ? "choose one" : word, true));
    }
    String actionFault = taken(left, "action");
    RulesView.Field join = join(rule, taken(left, "join"));
    RulesView.Field inTransaction = inTransaction(rule, action, taken(left, "inTransaction"));
    String commentFault = taken(left, "comment");
    return new RulesView.Form(
        id,
        revision,
        actions,
        action.map(one -> words(one.meaning())).orElse(""),
        actionFault,
        match,
        join,
        inTransaction,
        shown(rule.path("comment")).orElse(""),
        commentFault,
        own,
        general,
        (int) general.stream().filter(field -> !field.value().isEmpty()).count(),
        others,
        left.entrySet().stream()
            .flatMap(fault -> fault.getValue().stream().map(words -> named(fault.getKey(), words)))
            .toList());
  }

  private static String named(String field, String words) {
    return field.isEmpty() ? words : field.replaceFirst("^p\\.", "") + ": " + words;
  }

  private static String taken(Map<String, List<String>> left, String field) {
    List<String> words = left.remove(field);
    return words == null ? "" : String.join("; ", words);
  }

  private static RulesView.Field join(ObjectNode rule, String fault) {
    return choice(
        "join",
        "Several expressions",
        shown(rule.path("join")).orElse(""),
        List.of(
            List.of("", "all of them have to match"),
            List.of("and", "and: all of them"),
            List.of("or", "or: one of them")),
        "",
        fault);
  }

  private static RulesView.Field inTransaction(
      ObjectNode rule, Optional<RuleAction> action, String fault) {
    boolean inside = action.map(RuleAction::insideTransactions).orElse(true);
    return choice(
        "inTransaction",
        "Inside of transactions",
        shown(rule.path("inTransaction")).orElse(""),
        List.of(
            List.of("", "as the action has it: " + (inside ? "yes" : "no")),
            List.of("true", "yes: everywhere"),
            List.of("false", "no: outside of them only")),
        "",
        fault);
  }

  private static RulesView.Field choice(
      String name,
      String label,
      String value,
      List<List<String>> choices,
      String help,
      String fault) {
    List<RulesView.Choice> all = new ArrayList<>();
    choices.forEach(
        choice ->
            all.add(
                new RulesView.Choice(choice.get(0), choice.get(1), choice.get(0).equals(value))));
    if (all.stream().noneMatch(RulesView.Choice::chosen)) {
      all.add(new RulesView.Choice(value, value, true));
    }
    return new RulesView.Field(name, label, "choice", value, all, "", help, false, fault);
  }

  private static List<RulesView.Field> fields(
      List<ParameterField> fields,
      JsonNode parameters,
      Map<String, List<String>> left,
      List<RulesView.Other> others) {
    List<RulesView.Field> views = new ArrayList<>();
    for (ParameterField field : fields) {
      Optional<String> value = shown(parameters.path(field.key()));
      if (value.isPresent()) {
        views.add(field(field, value.get(), taken(left, PARAMETER + field.key())));
      } else {
        others.add(new RulesView.Other(field.key(), parameters.path(field.key()).toString()));
      }
    }
    return views;
  }

  private static RulesView.Field field(ParameterField field, String value, String fault) {
    String hint = hint(field);
    String nothing =
        field.byDefault().isEmpty() ? "not set" : "by default: " + words(field.byDefault());
    if (field.kind() == ParameterField.Kind.TRUTH || field.kind() == ParameterField.Kind.CHOICE) {
      List<List<String>> choices = new ArrayList<>();
      choices.add(List.of("", field.required() ? "choose one" : nothing));
      List<String> words =
          field.kind() == ParameterField.Kind.TRUTH ? List.of("true", "false") : field.choices();
      words.forEach(word -> choices.add(List.of(word, word)));
      RulesView.Field made =
          choice(
              PARAMETER + field.key(), field.key(), value, choices, words(field.meaning()), fault);
      return new RulesView.Field(
          made.name(),
          made.label(),
          "choice",
          value,
          made.choices(),
          "",
          made.help(),
          field.required(),
          fault);
    }
    return new RulesView.Field(
        PARAMETER + field.key(),
        field.key(),
        field.kind() == ParameterField.Kind.NUMBER ? "number" : "text",
        value,
        List.of(),
        hint,
        words(field.meaning()),
        field.required(),
        fault);
  }

  /** Descriptions have Markdown's marks of code. */
  private static String words(String markdown) {
    return markdown.replace("`", "");
  }

  private static String hint(ParameterField field) {
    List<String> parts = new ArrayList<>();
    if (!field.unit().isEmpty()) {
      parts.add(field.unit());
    }
    if (field.kind() == ParameterField.Kind.NUMBER) {
      parts.add(field.allowed());
    }
    if (field.required()) {
      parts.add("needed");
    } else if (!field.byDefault().isEmpty()) {
      parts.add("default: " + words(field.byDefault()));
    }
    if (field.dynamic()) {
      parts.add("may have ${…} in it");
    }
    return String.join(" · ", parts);
  }

  private static void others(
      ObjectNode rule, Optional<RuleAction> action, List<RulesView.Other> others) {
    rule.properties().stream()
        .filter(member -> !KEYS.contains(member.getKey()))
        .forEach(
            member ->
                others.add(new RulesView.Other(member.getKey(), member.getValue().toString())));
    for (String key : List.of("comment", "join", "inTransaction")) {
      if (shown(rule.path(key)).isEmpty()) {
        others.add(new RulesView.Other(key, rule.path(key).toString()));
      }
    }
    Set<String> known = known(action);
    rule.path(PARAMETERS).properties().stream()
        .filter(member -> !known.contains(member.getKey()))
        .forEach(
            member ->
                others.add(
                    new RulesView.Other(
                        PARAMETERS + "." + member.getKey(), member.getValue().toString())));
  }

  private static Set<String> known(Optional<RuleAction> action) {
    Set<String> known = new HashSet<>();
    own(action).forEach(field -> known.add(field.key()));
    general(action).forEach(field -> known.add(field.key()));
    return known;
  }

  /**
   * The rule that a form has made of one.
   *
   * @param rule what the form had shown; stays as it is
   */
  static ObjectNode applied(Map<String, String> form, ObjectNode rule) {
    ObjectNode now = rule.deepCopy();
    Optional<RuleAction> before = action(rule);
    String action = form.getOrDefault("action", rule.path("action").asText());
    if (!action.equals(rule.path("action").asText())) {
      RuleLayout.put(now, "action", NODES.textNode(action));
    }
    text(form, "comment", rule, now);
    match(form, rule, now);
    text(form, "join", rule, now);
    if (now.path("match").size() < 2 && !rule.path("match").equals(now.path("match"))) {
      now.remove("join");
    }
    truth(form, rule, now);
    parameters(form, before, action(action), now);
    return now;
  }

  private static boolean changes(Map<String, String> form, String name, JsonNode value) {
    Optional<String> shown = shown(value);
    return form.containsKey(name)
        && shown.isPresent()
        && !shown.get().equals(plain(form.get(name)));
  }

  /** Forms send lines as HTTP has them. */
  private static String plain(String text) {
    return text.replace("\r\n", "\n");
  }

  private static void text(Map<String, String> form, String key, ObjectNode rule, ObjectNode now) {
    if (changes(form, key, rule.path(key))) {
      String text = plain(form.get(key));
      if (text.isEmpty()) {
        now.remove(key);
      } else {
        RuleLayout.put(now, key, NODES.textNode(text));
      }
    }
  }

  private static void truth(Map<String, String> form, ObjectNode rule, ObjectNode now) {
    if (changes(form, "inTransaction", rule.path("inTransaction"))) {
      String word = form.get("inTransaction");
      if (word.isEmpty()) {
        now.remove("inTransaction");
      } else {
        RuleLayout.put(now, "inTransaction", NODES.booleanNode(word.equals("true")));
      }
    }
  }

  /** The expressions that a form has, without blank ones, by the numbers of their fields. */
  static Map<Integer, String> expressions(Map<String, String> form) {
    Map<Integer, String> all = new TreeMap<>();
    form.forEach(
        (name, text) -> {
          if (name.matches("match\\.[0-9]{1,3}") && !text.isBlank()) {
            all.put(Integer.parseInt(name.substring(EXPRESSION.length())), plain(text));
          }
        });
    return all;
  }

  private static void match(Map<String, String> form, ObjectNode rule, ObjectNode now) {
    Optional<List<String>> shown = expressions(rule.path("match"));
    if (shown.isEmpty() || !form.containsKey(EXPRESSION + 0)) {
      return;
    }
    List<String> wanted = new ArrayList<>();
    for (int i = 0; form.containsKey(EXPRESSION + i); i++) {
      wanted.add(plain(form.get(EXPRESSION + i)));
    }
    if (isSame(shown.get(), wanted)) {
      return;
    }
    List<String> texts = List.copyOf(expressions(form).values());
    if (texts.isEmpty()) {
      now.remove("match");
    } else if (texts.size() == 1) {
      RuleLayout.put(now, "match", NODES.textNode(texts.get(0)));
    } else {
      ArrayNode all = NODES.arrayNode();
      texts.forEach(all::add);
      RuleLayout.put(now, "match", all);
    }
  }

  /** Blank fields behind what was shown are there to be written in. */
  private static boolean isSame(List<String> shown, List<String> wanted) {
    for (int i = 0; i < Math.max(shown.size(), wanted.size()); i++) {
      String one = i < shown.size() ? shown.get(i) : "";
      String other = i < wanted.size() ? wanted.get(i) : "";
      if (!one.equals(other)) {
        return false;
      }
    }
    return true;
  }

  private static void parameters(
      Map<String, String> form,
      Optional<RuleAction> before,
      Optional<RuleAction> after,
      ObjectNode now) {
    boolean any = now.has(PARAMETERS);
    if (any && !now.path(PARAMETERS).isObject()) {
      return;
    }
    ObjectNode parameters =
        any ? ((ObjectNode) now.path(PARAMETERS)).deepCopy() : NODES.objectNode();
    Set<String> known = known(after);
    for (ParameterField field : own(before)) {
      if (!known.contains(field.key())) {
        parameters.remove(field.key());
      }
    }
    form.keySet().stream()
        .filter(name -> name.startsWith(REMOVED + PARAMETERS + "."))
        .forEach(
            name -> parameters.remove(name.substring(REMOVED.length() + PARAMETERS.length() + 1)));
    Stream.concat(own(after).stream(), general(after).stream())
        .forEach(field -> parameter(form, field, parameters));
    if (!parameters.isEmpty() || any && now.path(PARAMETERS).isEmpty()) {
      RuleLayout.put(now, PARAMETERS, parameters);
    } else {
      now.remove(PARAMETERS);
    }
  }

  private static void parameter(
      Map<String, String> form, ParameterField field, ObjectNode parameters) {
    String name = PARAMETER + field.key();
    if (!changes(form, name, parameters.path(field.key()))) {
      return;
    }
    String text = plain(form.get(name));
    if (text.isEmpty()) {
      parameters.remove(field.key());
      return;
    }
    parameters.set(
        field.key(),
        switch (field.kind()) {
          case TRUTH ->
              text.equals("true") || text.equals("false")
                  ? NODES.booleanNode(text.equals("true"))
                  : NODES.textNode(text);
          case NUMBER ->
              text.strip().matches("-?(0|[1-9][0-9]{0,17})")
                  ? NODES.numberNode(Long.parseLong(text.strip()))
                  : NODES.textNode(text.strip());
          case CHOICE, TEXT -> NODES.textNode(text);
        });
  }
}
