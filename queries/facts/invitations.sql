-- Invitations users sent to colleagues, until they were accepted.
SELECT
    invitation_id,
    NULLIF(inviter_id, '0') AS user_id,
    sent_at,
    accepted_at
FROM source.user_invitations
