package dev.heimdall.engine.share;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.Lsn;
import org.junit.jupiter.api.Test;

class NotedMarksTest {
  private final NotedMarks marks = new NotedMarks();

  private WriteMark noted(long number, long at) {
    WriteMark mark = new WriteMark(number);
    mark.resolve(new Lsn(at));
    marks.noted(mark, number);
    return mark;
  }

  private long at(long position) {
    return marks.reached(new Lsn(position));
  }

  @Test
  void aServerHasTheWritesUpToItsPosition() {
    noted(1, 100);
    WriteMark second = noted(2, 200);
    marks.noted(second, 5);
    assertThat(at(99)).isNegative();
    assertThat(at(100)).isOne();
    assertThat(at(199)).isOne();
    assertThat(at(200)).isEqualTo(5);
    assertThat(at(900)).isEqualTo(5);
  }

  @Test
  void whatHasNoPositionYetIsNowhere() {
    noted(1, 100);
    marks.noted(new WriteMark(2), 2);
    assertThat(at(900)).isOne();
  }

  @Test
  void ofWritesOfLongAgoNothingIsKnown() {
    for (int i = 1; i <= 300; i++) {
      noted(i, i);
    }
    assertThat(at(10)).isNegative();
    assertThat(at(200)).isEqualTo(200);
  }
}
