package dev.heimdall.manager.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ListDraftTest {
  private static final String A = "{\"match\":  \"a\", \"action\": \"drop\"}";
  private static final String B = "{\"match\": \"b\", \"action\": \"tag\"}";
  private static final String C = "{\"match\": \"c\", \"action\": \"log\"}";

  private static String list(String... rules) {
    return "{\n  \"rules\": [\n    " + String.join(",\n    ", rules) + "\n  ]\n}\n";
  }

  private static final ListDraft DRAFT =
      ListDraft.of(
          "id",
          "rules/x.json",
          Optional.of("1"),
          list(A, B, C),
          ListText.of(list(A, B, C)).orElseThrow());

  @Test
  void rulesMoveWithTheirText() {
    assertThat(DRAFT.result()).isEqualTo(list(A, B, C));
    assertThat(DRAFT.move(2, 0).result()).isEqualTo(list(C, A, B));
    assertThat(DRAFT.move(0, 77).result()).isEqualTo(list(B, C, A));
    assertThat(DRAFT.move(0, 2).result()).isEqualTo(list(B, A, C));
    assertThat(DRAFT.move(1, 1)).isEqualTo(DRAFT);
    assertThat(DRAFT.step(1, true).result()).isEqualTo(list(B, A, C));
    assertThat(DRAFT.step(0, true)).isEqualTo(DRAFT);
    assertThat(DRAFT.step(2, false)).isEqualTo(DRAFT);
    assertThat(DRAFT.move(2, 0).changes()).isEqualTo(1);
    assertThat(DRAFT.move(2, 0).states())
        .containsExactly(ListDraft.State.MOVED, ListDraft.State.SAME, ListDraft.State.SAME);
    assertThat(DRAFT.move(2, 0).move(2, 99).changes()).isZero();
  }

  @Test
  void whatIsDeletedIsMarkedAndCanBeKept() {
    ListDraft draft = DRAFT.delete(1, true);
    assertThat(draft.result()).isEqualTo(list(A, C));
    assertThat(draft.entries()).hasSize(3);
    assertThat(draft.changes()).isEqualTo(1);
    assertThat(draft.delete(1, false)).isEqualTo(DRAFT);
    assertThat(DRAFT.delete(0, true).delete(1, true).delete(2, true).result())
        .isEqualTo("{\n  \"rules\": []\n}\n");
    assertThat(DRAFT.add(0, B).delete(3, true).changes()).isZero();
    assertThat(DRAFT.add(0, B).delete(3, true).result()).isEqualTo(list(A, B, C));
  }

  @Test
  void rulesAreAddedInTheirPlaces() {
    assertThat(DRAFT.add(-1, B).result()).isEqualTo(list(B, A, B, C));
    assertThat(DRAFT.add(2, A).result()).isEqualTo(list(A, B, C, A));
    assertThat(DRAFT.add(0, C).add(3, A).result()).isEqualTo(list(A, C, A, B, C));
    assertThat(DRAFT.add(0, C).states())
        .containsExactly(
            ListDraft.State.SAME, ListDraft.State.NEW, ListDraft.State.SAME, ListDraft.State.SAME);
  }

  @Test
  void aSwitchThatIsSwitchedBackLeavesTheTextAsItWas() {
    ListDraft off = DRAFT.toggle(0);
    assertThat(off.result())
        .isEqualTo(list("{\"enabled\": false, \"match\": \"a\", \"action\": \"drop\"}", B, C));
    assertThat(off.toggle(0).result()).isEqualTo(list(A, B, C));
    assertThat(off.toggle(0).changes()).isZero();
    assertThat(off.reset(0).changes()).isZero();
  }

  @Test
  void theListsOwnMembersAreAChange() {
    ListDraft draft = DRAFT.frame("{\n  \"comment\": \"x\",\n  \"rules\": []\n}\n");
    assertThat(draft.changes()).isEqualTo(1);
    assertThat(draft.move(2, 0).result())
        .isEqualTo(list(C, A, B).replace("\"rules\"", "\"comment\": \"x\",\n  \"rules\""));
    assertThat(draft.frame(DRAFT.text().frame()).changes()).isZero();
  }

  @Test
  void nothingOfItIsInItsWords() {
    assertThat(DRAFT.toString() + DRAFT.text() + DRAFT.entries()).doesNotContain("match");
    assertThat(DRAFT.known()).isEqualTo(List.of(list(A, B, C), A, B, C));
  }
}
