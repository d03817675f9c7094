//! What every store promises, as tests that each engine must pass.
//!
//! An engine's own tests say `crate::store::contract::promises!(Engine);`. The
//! promises stand in a file for each subject; `scene`, `change` and `outcome`
//! are the words in which they are written.

pub(crate) mod account;
pub(crate) mod admin;
mod change;
pub(crate) mod direct;
pub(crate) mod file;
mod fold;
pub(crate) mod hook;
pub(crate) mod keeping;
pub(crate) mod log;
pub(crate) mod login;
pub(crate) mod matrix;
pub(crate) mod model;
pub(crate) mod moderation;
mod outcome;
pub(crate) mod page;
pub(crate) mod private;
pub(crate) mod revise;
pub(crate) mod rights;
pub(crate) mod room;
mod scene;
pub(crate) mod search;

use super::{
    Anchor, Change, Committed, Create, Decision, Devices, Direct, Effect, Gone, Hello, Invite,
    Join, Leave, Login, Logout, MarkRead, Moderate, Page, PasswordHash, Register, Revise, Revision,
    SendMessage, SetPassword, SetRole, SetSettings, SetTopic, Standing, Store, StoreError,
    TokenHash, UserId, UserRow,
};
use crate::rules::moderation::Act;
use change::*;
use chat_proto::event::{MemberChange, MemberChanged, Role, RoomKind};
use chat_proto::{
    Emoji, ErrorCode, Event, EventBody, Nonce, RoomName, Seq, Text, Timestamp, Topic, UserName,
};
use outcome::*;
use scene::{Guest, Scene};

/// A way to have stores of one kind.
pub(crate) trait Engine: Sized {
    /// An empty store.
    fn fresh() -> Self;
    /// The store, open.
    fn store(&self) -> &dyn Store;
    /// Does now what it does by itself when it has nothing else to do.
    fn settle(&self);
    /// Makes someone an admin of the server.
    fn make_admin(&self, user: UserId);
    /// Closes it properly and opens it again.
    fn reopen(self, now: Timestamp) -> Self;
    /// Opens what would be left of it if its process had been killed now.
    fn crash(self, now: Timestamp) -> Self;
}

/// Makes a test of each promise for one engine.
macro_rules! promises {
    ($engine:ty) => {
        $crate::store::contract::promises! { $engine:
            log seq_has_no_holes_also_after_refusals_in_a_batch,
            log a_repeated_nonce_is_one_message,
            log a_nonce_with_another_text_is_a_conflict,
            log times_never_fall_along_a_log,
            log who_is_not_a_member_says_nothing,
            log a_reply_answers_a_message_of_its_room,
            log unread_is_exact_up_to_999,
            log mentions_are_exact_up_to_999,
            log ones_own_messages_are_never_unread,
            log what_no_log_can_reach_is_nowhere,
            log a_marker_goes_back_only_on_purpose,
            log pages_agree_with_a_plain_scan,
            log a_page_ends_early_rather_than_grow_too_large,
            log what_was_committed_survives_a_kill,
            account a_new_guest_starts_in_the_default_rooms,
            account a_guests_name_is_kept_for_two_minutes,
            account who_came_back_is_not_taken_for_gone,
            account a_guest_who_wrote_keeps_the_name_for_a_day,
            account a_token_brings_name_and_memberships_back,
            account a_taken_name_is_given_up_for_another,
            account names_that_can_be_confused_are_taken,
            account all_are_offline_when_a_store_is_opened,
            account the_epoch_stays,
            admin an_admin_does_what_others_may_not_until_it_is_none,
            admin the_operator_opens_an_account_again_and_closes_it_to_others,
            admin an_account_can_be_made_that_was_never_a_guest,
            admin orders_about_nobody_and_about_guests_are_refused,
            admin users_are_listed_in_pages_as_they_came,
            admin who_is_banned_from_the_server_stays_out_until_let_in_again,
            admin a_banned_guest_keeps_the_name_by_which_it_is_let_in_again,
            admin who_is_muted_on_the_server_writes_nowhere,
            login a_guest_that_registers_stays_who_it_is_and_never_lapses,
            login only_a_guest_registers,
            login a_password_lets_a_new_device_in,
            login a_new_password_logs_the_other_devices_out,
            login a_device_that_logs_out_does_not_come_back,
            login without_guests_only_accounts_come_in,
            login accounts_survive_a_kill,
            room who_comes_in_has_nothing_unread,
            room joining_again_is_no_news,
            room a_refused_join_changes_nothing,
            room the_first_to_join_owns_the_room_and_is_followed_when_it_leaves,
            room an_owner_whose_name_lapses_is_followed_too,
            room a_topic_is_set_once_and_said_to_all,
            room a_user_is_in_so_many_rooms_at_the_most,
            room rooms_are_listed_by_name_in_pages,
            room members_are_listed_by_name_in_pages,
            revise an_edit_stands_in_history_and_adds_to_the_log,
            revise a_message_never_edited_says_so_by_itself,
            revise what_is_deleted_is_gone_but_its_nonce_is_known,
            revise only_the_newest_of_many_edits_are_told_to_be_rewritten,
            revise a_change_needs_a_message_that_is_there,
            revise reactions_name_the_first_twenty_in_their_order_and_count_the_rest,
            revise a_message_bears_fifty_different_emoji,
            revise a_pin_is_seen_until_it_is_taken_out,
            revise unread_and_mentions_follow_what_stands,
            revise what_is_deleted_is_not_unread_in_whatever_order_it_goes,
            page pages_step_over_what_lies_between_two_messages,
            page changes_are_read_in_pages_by_the_last_of_them,
            page a_thread_is_a_message_and_all_that_answer_it,
            page a_page_ends_early_where_reactions_make_it_too_large,
            private a_room_is_made_once_and_again_for_its_owner,
            private a_private_room_is_for_the_invited,
            private an_invitation_waits_until_it_is_used_or_void,
            private so_many_invitations_wait_at_the_most,
            private everyone_knows_who_reads_a_private_room,
            private a_private_room_is_listed_for_its_members_only,
            direct a_direct_room_is_opened_for_both_and_logs_nothing,
            direct who_leaves_a_direct_room_gets_it_back_with_the_next_message,
            direct a_repeated_message_brings_no_direct_room_back_to_the_other_one,
            direct a_refused_message_opens_nothing,
            direct a_direct_room_counts_among_the_rooms_of_both,
            moderation who_is_kicked_is_out_and_may_come_back,
            moderation who_is_banned_is_told_so_and_stays_out_until_unbanned,
            moderation a_mute_outlives_leaving,
            moderation what_is_so_already_names_the_event_that_made_it_so,
            moderation a_removal_comes_before_what_is_said_after_it_in_the_batch,
            moderation roles_are_given_to_members_and_end_with_the_membership,
            moderation the_owner_is_followed_however_the_room_loses_it,
            moderation guests_write_where_the_settings_let_them,
            moderation what_was_decided_survives_a_kill,
            matrix the_matrix_of_permissions_holds_on_a_running_store,
            search all_words_must_occur_in_any_order,
            search only_the_rooms_one_is_in_are_searched,
            search hits_are_narrowed_by_room_author_and_time,
            search a_message_is_found_as_it_stands,
            search pages_of_hits_agree_with_a_plain_scan,
            search a_page_of_hits_ends_early_rather_than_grow_too_large,
            rights ten_thousand_acts_of_moderation_agree_with_a_simple_model,
            hook a_webhook_speaks_under_its_own_name,
            hook a_webhooks_key_is_its_own_nonce,
            hook a_voided_webhook_is_silent,
            hook a_webhooks_name_is_nobody_elses,
            hook only_accounts_that_moderate_manage_webhooks,
            file a_file_is_in_one_message_and_there_for_its_members,
            file who_left_a_direct_room_fetches_nothing_of_it,
            file only_its_uploader_attaches_a_file_and_only_in_its_room,
            file only_so_much_of_a_users_files_waits,
            file a_file_is_gone_with_its_message,
            file a_file_that_nobody_attached_is_gone_after_a_day,
            file an_upload_that_a_crash_broke_off_is_doomed,
            keeping what_is_too_old_is_gone_from_everywhere,
            keeping a_room_may_be_forgotten_whole_and_goes_on_counting,
            keeping each_room_keeps_as_long_as_it_was_told,
            keeping the_files_of_what_is_forgotten_go_too,
            keeping much_is_forgotten_in_small_pieces,
            model ten_thousand_random_changes_agree_with_a_simple_model,
        }
    };
    ($engine:ty: $($module:ident $promise:ident,)*) => {
        $(
            #[test]
            fn $promise() {
                $crate::store::contract::$module::$promise::<$engine>();
            }
        )*
    };
}
pub(crate) use promises;
