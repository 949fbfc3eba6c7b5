package dev.heimdall.test.mysql;

import dev.heimdall.test.fixture.MysqlRelease;
import org.junit.jupiter.api.Tag;

@Tag("ci")
class MysqlHiddenTextIT extends HiddenTextContract {
  MysqlHiddenTextIT() {
    super(MysqlRelease.MYSQL, 12);
  }
}
