-- Old events are dropped by their age, a batch at a time. They come in the order of time, so a small index is enough.
create index event_age on event using brin (at);
