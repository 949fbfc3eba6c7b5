package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Settings as forms show them. */
class SettingFieldTest {
  private static SettingField in(List<SettingField> fields, String... keys) {
    SettingField found = null;
    List<SettingField> all = fields;
    for (String key : keys) {
      found = all.stream().filter(field -> field.key().equals(key)).findFirst().orElseThrow();
      all = found.inside();
    }
    return found;
  }

  @Test
  void aNumberHasItsUnitItsDefaultAndItsRange() {
    SettingField size = in(SettingField.of("vdbs/shop.json").orElseThrow(), "pool", "size");
    assertThat(size.kind()).isEqualTo(SettingField.Kind.NUMBER);
    assertThat(size.unit()).isEqualTo("connections");
    assertThat(size.byDefault()).isEqualTo("20");
    assertThat(size.allowed()).contains("1").contains("100000");
    assertThat(size.applies()).isEqualTo("at once");
  }

  @Test
  void eachWayToWriteAValueHasItsKind() {
    List<SettingField> vdb = SettingField.of("vdbs/shop.json").orElseThrow();
    assertThat(in(vdb, "ports").kind()).isEqualTo(SettingField.Kind.LIST);
    assertThat(in(vdb, "ports").required()).isTrue();
    assertThat(in(vdb, "ports").inside())
        .singleElement()
        .extracting(SettingField::kind)
        .isEqualTo(SettingField.Kind.NUMBER);
    assertThat(in(vdb, "databases").kind()).isEqualTo(SettingField.Kind.MAP);
    assertThat(in(vdb, "auth").kind()).isEqualTo(SettingField.Kind.SECTIONS);
    assertThat(in(vdb, "credentials").choices()).contains("source", "passthrough");
    List<SettingField> node = SettingField.of("node.json").orElseThrow();
    assertThat(in(node, "memoryBudget").kind()).isEqualTo(SettingField.Kind.SIZE);
    assertThat(in(node, "fleetKey").kind()).isEqualTo(SettingField.Kind.SECRET);
    assertThat(in(node, "manager", "key").kind()).isEqualTo(SettingField.Kind.SECRET);
  }

  @Test
  void onlyDocumentsThatThereCanBeHaveSettings() {
    assertThat(SettingField.of("vdbs/a/b.json")).isEmpty();
    assertThat(SettingField.of("other/a.json")).isEmpty();
    assertThat(SettingField.of("node.json.json")).isEmpty();
  }

  @Test
  void everySettingHasAFieldAndEveryKindIsMet() {
    List<String> without = new ArrayList<>();
    Set<SettingField.Kind> met = EnumSet.noneOf(SettingField.Kind.class);
    for (String document :
        List.of("node.json", "vdbs/a.json", "sources/a.json", "users/a.json", "drivers/a.json")) {
      SettingField.of(document).orElseThrow().forEach(field -> look(document, field, without, met));
    }
    SettingField.ofRule(Optional.empty()).forEach(field -> look("rule", field, without, met));
    assertThat(without).isEmpty();
    assertThat(met).hasSize(SettingField.Kind.values().length - 1);
  }

  @Test
  void aRuleHasTheParametersOfItsActionAndThoseThatEveryRuleMayHave() {
    List<SettingField> rule = SettingField.ofRule(Optional.of(RuleAction.CACHE));
    SettingField ttl = in(rule, "parameters", "ttl");
    assertThat(ttl.kind()).isEqualTo(SettingField.Kind.NUMBER);
    assertThat(ttl.unit()).isEqualTo("ms");
    assertThat(ttl.byDefault()).isEqualTo("as the VDB's cache has it");
    assertThat(ttl.dynamic()).isTrue();
    assertThat(in(rule, "parameters", "maxSize").kind()).isEqualTo(SettingField.Kind.SIZE);
    assertThat(in(rule, "parameters", "shared").dynamic()).isFalse();
    assertThat(in(rule, "parameters", "queryTimeout").meaning()).endsWith("0: no limit.");
    assertThat(in(rule, "match").kind()).isEqualTo(SettingField.Kind.TEXTS);
    assertThat(in(rule, "action").meaning()).isEqualTo(RuleAction.CACHE.meaning());
    assertThat(in(rule, "inTransaction").byDefault()).isEqualTo("false");
    List<SettingField> transform = SettingField.ofRule(Optional.of(RuleAction.TRANSFORM));
    assertThat(in(transform, "parameters", "target").required()).isTrue();
    assertThat(in(transform, "parameters", "target").kind()).isEqualTo(SettingField.Kind.PROSE);
  }

  @Test
  void whatAnActionAndEveryRuleHaveByOneNameIsTheActionsOwn() {
    for (RuleAction action : RuleAction.values()) {
      List<SettingField> parameters =
          in(SettingField.ofRule(Optional.of(action)), "parameters").inside();
      assertThat(parameters).extracting(SettingField::key).doesNotHaveDuplicates();
      List<SettingField> own = SettingField.ofAction(Optional.of(action));
      assertThat(parameters.subList(0, own.size())).isEqualTo(own);
      assertThat(parameters)
          .allSatisfy(
              field -> assertThat(SettingTables.markdown()).contains("| `" + field.key() + "` | "));
    }
  }

  private static void look(
      String path, SettingField field, List<String> without, Set<SettingField.Kind> met) {
    met.add(field.kind());
    if (field.kind() == SettingField.Kind.OTHER) {
      without.add(path + " " + field.key());
    }
    field.inside().forEach(inside -> look(path + "." + field.key(), inside, without, met));
  }
}
