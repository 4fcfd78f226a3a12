-- How much the server was used, an hour at a time. Numbers alone: who it was stands nowhere.

-- hour: its beginning, epoch milliseconds (UTC). people, people_day, people_month: how many were active in this hour, this day and this month up to
-- its end. bytes: what files take at its end.
CREATE TABLE usage (
  hour BIGINT PRIMARY KEY,
  people BIGINT NOT NULL,
  people_day BIGINT NOT NULL,
  people_month BIGINT NOT NULL,
  messages BIGINT NOT NULL,
  files BIGINT NOT NULL,
  bytes BIGINT NOT NULL
);
