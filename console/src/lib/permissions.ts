/** What an account may do. The names are those of the server. */

export type Permission =
  | 'contact_serve' | 'contact_read' | 'contact_assist' | 'queue_watch' | 'queue_manage' | 'personal_data_reveal'
  | 'ticket_read' | 'ticket_create' | 'ticket_dispatch' | 'ticket_reply' | 'ticket_archive' | 'ticket_supervise'
  | 'knowledge_read' | 'knowledge_suggest' | 'knowledge_edit' | 'knowledge_publish' | 'reader_train' | 'report_read' | 'quality_inspect'
  | 'roster_edit' | 'training_manage' | 'training_take' | 'liaison_answer' | 'staff_manage' | 'settings_manage'
  | 'data_transfer' | 'audit_read'
