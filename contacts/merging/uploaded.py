"""What becomes of what imports in the browser noted of two records that are merged (merging_rules)."""

from psycopg2 import sql

# An import that is taken back deletes whom it created alone: whoever was held besides it stays.
PEOPLE = (
    sql.SQL("""
        DELETE FROM contacts_uploadedperson kept WHERE kept.contact_id = %(keep)s AND NOT EXISTS (
            SELECT 1 FROM contacts_uploadedperson its
            WHERE its.contact_id = %(gone)s AND its.upload_id = kept.upload_id)"""),
)

# What the merge takes over from the record that goes may be what a list has replaced there: the undo puts the old value
# back. Where the record that stays says by itself what the list says, there is nothing to put back.
DIFFERENCES = (
    sql.SQL("""
        UPDATE contacts_uploadeddifference its SET contact_id = %(keep)s
        FROM contacts_contact stays LEFT JOIN contacts_organisation employer ON employer.id = stays.organisation_id
        WHERE its.contact_id = %(gone)s AND stays.id = %(keep)s
            AND its.new IS DISTINCT FROM COALESCE(to_jsonb(stays) ->> its.detail, employer.name)
            AND NOT EXISTS (
                SELECT 1 FROM contacts_uploadeddifference kept
                WHERE kept.contact_id = %(keep)s AND kept.upload_id = its.upload_id AND kept.detail = its.detail)"""),
)
