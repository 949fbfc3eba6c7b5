package dev.heimdall.engine.admin;

import com.fasterxml.jackson.databind.util.RawValue;
import dev.heimdall.engine.feed.FeedState;
import dev.heimdall.engine.feed.KnownDocument;
import dev.heimdall.engine.feed.Push;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Topology documents, as the HTTP endpoint shows them and answers those who push them. */
final class Documents {
  private Documents() {}

  static HttpReply shown(NodeView node) {
    List<Map<String, Object>> documents = new ArrayList<>();
    FeedState state = node.topology();
    for (KnownDocument known : state.documents()) {
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("came", known.at().toString());
      entry.put("heard", known.heard().toString());
      entry.put("by", known.by().label());
      entry.put(
          "document", new RawValue(new String(known.document().json(), StandardCharsets.UTF_8)));
      documents.add(entry);
    }
    return HttpReply.json(200, Map.of("documents", documents));
  }

  /** For the page that has everything: no more of each document than how recent it is. */
  static Map<String, Object> summary(FeedState state) {
    Map<String, Object> content = new LinkedHashMap<>();
    content.put(
        "documents",
        state.documents().stream()
            .map(
                known -> {
                  Map<String, Object> entry = new LinkedHashMap<>();
                  entry.put("source", known.document().source());
                  entry.put("version", known.document().version());
                  entry.put("by", known.by().label());
                  entry.put("heardSecondsAgo", state.age(known).toSeconds());
                  return entry;
                })
            .toList());
    Map<String, Object> pushes = new TreeMap<>();
    state.pushes().forEach((kind, count) -> pushes.put(kind.label(), count));
    content.put("pushes", pushes);
    content.put("pushesByPreviousKey", state.byPreviousKey());
    state.trouble().ifPresent(trouble -> content.put("trouble", trouble));
    return content;
  }

  static HttpReply answered(Push.Outcome outcome) {
    return switch (outcome.kind()) {
      case TAKEN -> HttpReply.json(200, Map.of("taken", true, "message", outcome.message()));
      case KNOWN -> HttpReply.json(200, Map.of("taken", false, "message", outcome.message()));
      case MALFORMED -> HttpReply.error(400, outcome.message());
      case NOT_SIGNED, WRONG_SIGNATURE, TOO_OLD, TOO_NEW -> HttpReply.error(401, outcome.message());
      case OFF -> HttpReply.error(403, outcome.message());
      case REPLAYED -> HttpReply.error(409, outcome.message());
      case TOO_MANY -> HttpReply.error(429, outcome.message());
    };
  }
}
