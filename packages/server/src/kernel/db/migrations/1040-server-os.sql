-- How the operating system is set up at its first start, as designed: { locale, timeZone, adminKeys }; null for the
-- image's own ways.
alter table server add column os jsonb;
