package dev.heimdall.manager.forms;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.heimdall.manager.edit.StoredObjects;
import dev.heimdall.manager.history.Room;
import dev.heimdall.manager.jsontext.ExactJson;
import dev.heimdall.manager.jsontext.JsonEdits;
import dev.heimdall.manager.masks.MaskedText;
import dev.heimdall.manager.pages.ChangedLines;
import dev.heimdall.secrets.Change;
import dev.heimdall.secrets.Content;
import dev.heimdall.secrets.Documents;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * Rules of virtual databases that name the users whom they let in. A user and the first rule that
 * names the user are written together: neither of them is right alone.
 */
final class NamingRules {
  /** Prefix of the form fields which determine that such a rule is to name the user, too. */
  static final String ALSO = "also@";

  private static final String USERS = "users/";
  private static final String VDBS = "vdbs/";
  private static final String ALL = "all";
  private static final int MOST_OFFERS = 5;

  private NamingRules() {}

  /**
   * A document that would name the user.
   *
   * @param chosen whether it is to
   */
  record Offer(Change change, String before, String words, boolean chosen) {
    FormView.Also shown(MaskedText masks) {
      String name = change.name();
      String now = new String(change.content().orElseThrow().bytes(), StandardCharsets.UTF_8);
      return new FormView.Also(
          ALSO + name,
          name,
          words,
          chosen,
          chosen
              ? ChangedLines.of(
                  masks.mask(name, before).orElse(""), masks.mask(name, now).orElse(""), new Room())
              : List.of());
    }

    /** It may hold secrets. */
    @Override
    public String toString() {
      return words;
    }
  }

  /** Those that could; none if one does, or if the document is no user's. */
  static List<Offer> of(String document, ObjectNode user, Documents now, Map<String, String> form) {
    if (!StoredObjects.isObject(document, USERS)) {
      return List.of();
    }
    String name = document.substring(USERS.length(), document.length() - ".json".length());
    List<Offer> offers = new ArrayList<>();
    for (String vdb : StoredObjects.names(VDBS, now)) {
      if (user.path("vdbs").isEmpty() || texts(user.path("vdbs")).contains(vdb)) {
        String file = VDBS + vdb + ".json";
        Optional<String> text = now.text(file);
        Optional<ObjectNode> tree = text.flatMap(ExactJson::object);
        if (tree.isEmpty()) {
          continue;
        }
        JsonNode auth = tree.get().path("auth");
        if (auth.isMissingNode() || namesAlready(auth, name)) {
          return List.of();
        }
        rule(auth)
            .ifPresent(
                number -> offers.add(offer(file, text.get(), tree.get(), number, name, now, form)));
      }
    }
    return offers.stream().limit(MOST_OFFERS).toList();
  }

  private static boolean namesAlready(JsonNode auth, String user) {
    return StreamSupport.stream(auth.spliterator(), false)
        .filter(NamingRules::letsIn)
        .map(rule -> texts(rule.path("users")))
        .anyMatch(users -> users.isEmpty() || users.contains(ALL) || users.contains(user));
  }

  private static boolean letsIn(JsonNode rule) {
    return !rule.path("method").asText().equals("reject");
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static Optional<Integer> rule(JsonNode auth) {
    for (int i = 0; i < auth.size(); i++) {
      if (letsIn(auth.get(i)) && auth.get(i).path("users").isArray()) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  private static Offer offer(
      String file,
      String text,
      ObjectNode tree,
      int number,
      String user,
      Documents now,
      Map<String, String> form) {
    ObjectNode changed = tree.deepCopy();
    JsonNode rule = changed.path("auth").get(number);
    ((ArrayNode) rule.get("users")).add(user);
    return new Offer(
        new Change(
            file, Optional.of(Content.of(JsonEdits.changed(text, changed))), now.versionOf(file)),
        text,
        "Add %s to the users of rule %d of auth in %s (%s)"
            .formatted(user, number + 1, file, rule.path("method").asText("scram-sha-256")),
        form.containsKey(ALSO + file));
  }
}
