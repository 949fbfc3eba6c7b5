package dev.heimdall.test.global;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** A picture shows what is in a history: who took the writes, what failed, how long it took. */
class TimelineTest {
  private static final long SECOND = 1_000_000_000;

  private final History history = new History();

  private void write(Region region, double ended, Write.Outcome outcome, String server) {
    long end = (long) (ended * SECOND);
    history.add(new Write(1, 1, region, end - SECOND / 50, end, outcome, server, 1, ""));
  }

  private Document picture(List<Chronicle.Moment> moments) throws Exception {
    String svg =
        new Timeline(
                "a <switchover>",
                List.of(Region.FIRST, Region.SECOND),
                moments,
                history,
                0,
                3 * SECOND)
            .svg();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<Element> of(Document picture, String kind) {
    NodeList all = picture.getElementsByTagName("*");
    return IntStream.range(0, all.getLength())
        .mapToObj(i -> (Element) all.item(i))
        .filter(one -> one.getAttribute("class").equals(kind))
        .toList();
  }

  @Test
  void eachWriterHasAColourAndWritesOfOneMomentStandOnEachOther() throws Exception {
    write(Region.FIRST, 1.01, Write.Outcome.ACKNOWLEDGED, "w1");
    write(Region.FIRST, 1.02, Write.Outcome.ACKNOWLEDGED, "w1");
    write(Region.FIRST, 2.01, Write.Outcome.ACKNOWLEDGED, "e1");
    write(Region.SECOND, 9, Write.Outcome.ACKNOWLEDGED, "e1");

    List<Element> bars = of(picture(List.of()), "write");

    assertThat(bars).as("what is later is not shown").hasSize(2);
    assertThat(bars).extracting(bar -> bar.getAttribute("height")).containsExactly("40.0", "20.0");
    assertThat(bars.get(0).getAttribute("fill")).isNotEqualTo(bars.get(1).getAttribute("fill"));
  }

  @Test
  void whatFailedIsMarkedWhereItEnded() throws Exception {
    write(Region.SECOND, 1.5, Write.Outcome.REFUSED, "");
    history.add(new Read(2, Region.SECOND, 1, 0, 2 * SECOND, -1, "57P03"));

    List<Element> marks = of(picture(List.of()), "failed");

    assertThat(marks).extracting(mark -> mark.getAttribute("x")).containsExactly("210.0", "240.0");
  }

  @Test
  void momentsAreLinesWithTheirWords() throws Exception {
    Document picture =
        picture(
            List.of(
                new Chronicle.Moment(SECOND, "promoted"),
                new Chronicle.Moment(5 * SECOND, "something later")));

    assertThat(of(picture, "moment"))
        .extracting(line -> line.getAttribute("x1"))
        .containsExactly("180.0");
    assertThat(picture.getDocumentElement().getTextContent())
        .contains("a <switchover>", "1.00 s: promoted")
        .doesNotContain("later");
  }
}
