-- Casework: opening a ticket once, the unit that is proposed for it, the place as a code.

ALTER TABLE tickets ADD COLUMN request_key TEXT;                       -- who asked / the asker's own key: asked again, same ticket
ALTER TABLE tickets ADD COLUMN proposed_unit TEXT NOT NULL DEFAULT ''; -- who should get it; `unit` is who has it
ALTER TABLE tickets ADD COLUMN place_code TEXT NOT NULL DEFAULT '';    -- the town, street or park the place lies in
CREATE UNIQUE INDEX tickets_request ON tickets (request_key);
CREATE INDEX tickets_domain ON tickets (domain, created_us);
CREATE INDEX tickets_place_code ON tickets (place_code, state);
