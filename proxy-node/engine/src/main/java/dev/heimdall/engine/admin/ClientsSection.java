package dev.heimdall.engine.admin;

import dev.heimdall.engine.report.LiveView;
import dev.heimdall.engine.report.RequestedViews;
import dev.heimdall.engine.report.Section;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The report's section of clients, as long as a manager shows them: those of its filter, in its
 * order, and how many there are.
 */
public final class ClientsSection implements Section {
  /** All views together, so that the report stays within its bounds. */
  private static final int MOST_CHARACTERS = 100_000;

  private final NodeView node;
  private final RequestedViews views;

  public ClientsSection(NodeView node, RequestedViews views) {
    this.node = node;
    this.views = views;
  }

  @Override
  public String name() {
    return "clients";
  }

  @Override
  public CompletionStage<Map<String, Object>> content() {
    List<LiveView> wanted = views.current();
    if (wanted.isEmpty()) {
      return CompletableFuture.completedFuture(Map.of());
    }
    return node.clients()
        .thenCombine(node.servers(), (clients, servers) -> content(wanted, clients, servers));
  }

  private static Map<String, Object> content(
      List<LiveView> wanted, List<ClientRow> clients, List<ServerRow> servers) {
    Map<Long, ServerRow> byId = new HashMap<>();
    servers.forEach(server -> byId.put(server.id(), server));
    List<SeenClient> seen =
        clients.stream()
            .map(client -> SeenClient.of(client, client.serverId(), byId::get))
            .toList();
    Map<String, Object> content = new LinkedHashMap<>();
    int room = MOST_CHARACTERS / wanted.size();
    for (LiveView look : wanted) {
      content.put(look.id(), answer(new ClientFilter(look), seen, room));
    }
    return content;
  }

  /** A client, and what puts it in its place, which is made once. */
  private record Placed(String key, SeenClient client) {}

  private static Map<String, Object> answer(ClientFilter filter, List<SeenClient> all, int most) {
    List<Placed> matching =
        all.stream()
            .filter(filter::takes)
            .map(client -> new Placed(filter.key(client), client))
            .sorted(Comparator.comparing(Placed::key))
            .toList();
    Map<String, Integer> states = new LinkedHashMap<>();
    matching.forEach(one -> states.merge(one.client().state(), 1, Integer::sum));
    List<Map<String, Object>> rows = new ArrayList<>();
    int room = most;
    for (Placed one : matching.subList(0, Math.min(filter.most(), matching.size()))) {
      Map<String, Object> row = one.client().content(one.key());
      room -= row.entrySet().stream().mapToInt(ClientsSection::characters).sum();
      if (room < 0) {
        break;
      }
      rows.add(row);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("clients", all.size());
    answer.put("matching", matching.size());
    answer.put("states", states);
    answer.put("rows", rows);
    return answer;
  }

  private static int characters(Map.Entry<String, Object> member) {
    // In UTF-8, with what JSON escapes.
    return member.getKey().length() + 6 + 2 * Objects.toString(member.getValue()).length();
  }
}
