package dev.heimdall.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TableTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\'',
      value = {
        "shop.orders | shop.orders",
        "shop.public.orders | shop.orders",
        "shop.vault.orders | shop.vault.orders",
        "shop.\"Order Items\" | shop.\"Order Items\"",
        "shop.`Order Items` | shop.\"Order Items\"",
        "shop.\"Orders\" | shop.Orders",
        "shop.Orders | shop.Orders",
        "\"shop\".\"public\".\"orders\" | shop.orders",
        "shop.\"a.b\" | shop.\"a.b\"",
        "shop.a.b | shop.a.b",
        "shop.`a,b` | shop.\"a,b\"",
        "shop.\"say \"\"hi\"\"\" | shop.\"say \"\"hi\"\"\"",
        "shop.`a``b c` | shop.\"a`b c\"",
        "shop.a\"b | shop.a\"b",
        "${catalog}.orders | ${catalog}.orders",
      })
  void aNameHasOneSpelling(String written, String usual) {
    assertThat(TableText.read(written)).contains(usual);
    assertThat(TableText.read(usual)).contains(usual);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "orders",
        "shop.",
        ".orders",
        "shop..orders",
        "a.b.c.d",
        "shop.\"Order Items",
        "shop.Order Items",
        "shop.\"\"",
        "shop.\"a\"b",
        "shop.a,b",
        "",
        " shop.orders"
      })
  void whatIsNoNameOfATableIsNone(String written) {
    assertThat(TableText.read(written)).isEmpty();
  }

  @Test
  void namesInAListAreSeparatedOutsideOfQuotes() {
    assertThat(TableText.names(" shop.a, shop.\"b, c\"\nshop.`d e` shop.public.f "))
        .containsExactly("shop.\"b, c\"", "shop.\"d e\"", "shop.a", "shop.f");
    assertThat(TableText.names(" none ")).isEmpty();
    assertThat(TableText.isList("shop.a,,shop.b")).isTrue();
    assertThat(TableText.isList("shop.a.")).isFalse();
    assertThat(TableText.isList("shop.a shop")).isFalse();
  }

  @Test
  void whatStandsInATemplateIsPartOfItsPart() {
    assertThat(TableText.filled("${catalog}.orders", name -> "my shop.eu"))
        .isEqualTo("\"my shop.eu\".orders");
    assertThat(TableText.filled("x_${catalog}.orders", name -> "shop")).isEqualTo("x_shop.orders");
  }
}
