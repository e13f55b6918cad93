import type { Widgets } from "../../kit/form-fields.tsx";
import type { ChangedNoun, NewNoun } from "../../kit/noun-forms.tsx";
import { pickMany, pickOne } from "../../kit/pickers.tsx";

const lists = {
  user: { title: "Users", to: "/access/users" },
  group: { title: "Groups", to: "/access/groups" },
  project: { title: "Projects", to: "/access/projects" },
  grant: { title: "Roles given", to: "/access/grants" },
  policy: { title: "Self-service", to: "/access/self-service" },
  rule: { title: "Approval rules", to: "/access/approval-rules" },
} as const;

const many: Widgets = {
  users: pickMany("listUsers"),
  groups: pickMany("listGroups"),
  projects: pickMany("listProjects"),
  templates: pickMany("listTemplates"),
  pools: pickMany("listPools"),
};
const one: Widgets = {
  user: pickOne("listUsers"),
  group: pickOne("listGroups"),
  project: pickOne("listProjects"),
  pool: pickOne("listPools"),
};
const POLICY_ORDER = [
  "name",
  "notes",
  "everybody",
  "users",
  "groups",
  "projects",
  "templates",
  "pools",
  "actions",
  "maxServers",
  "maxCores",
  "maxMemoryGiB",
  "maxStorageGiB",
  "maxMoneyPerMonth",
];
const RULE_ORDER = [
  "name",
  "outcome",
  "order",
  "notes",
  "kinds",
  "templates",
  "projects",
  "groups",
  "maxPricePerDay",
  "maxTotal",
  "maxDays",
  "maxServers",
  "webhookUrl",
  "webhookHours",
];

export const RULE_FORM = { order: RULE_ORDER, widgets: many } as const;

export const NEW_NOUNS: Readonly<Record<string, NewNoun>> = {
  group: { title: "Make a group", list: lists.group, operation: "createGroup", order: ["name", "external"] },
  project: { title: "Make a project", list: lists.project, operation: "createProject", order: ["name", "notes"] },
  grant: {
    title: "Give a role",
    list: lists.grant,
    operation: "createGrant",
    order: ["role", "user", "group", "project", "pool"],
    widgets: one,
    submitLabel: "Give",
  },
  "self-service": {
    title: "Add a self-service policy",
    list: lists.policy,
    operation: "createSelfServicePolicy",
    order: POLICY_ORDER,
    widgets: many,
  },
};

export const CHANGED_NOUNS: Readonly<Record<string, ChangedNoun>> = {
  user: {
    title: "Edit user",
    list: lists.user,
    operation: "updateUser",
    reads: "getUser",
    param: "name",
    order: ["role", "email"],
    fields: ["role", "email"],
  },
  group: {
    title: "Edit group",
    list: lists.group,
    operation: "updateGroup",
    reads: "getGroup",
    param: "name",
    order: ["newName", "external"],
    fields: ["external"],
  },
  project: {
    title: "Edit project",
    list: lists.project,
    operation: "updateProject",
    reads: "getProject",
    param: "name",
    order: ["newName", "notes"],
    fields: ["notes"],
  },
  "self-service": {
    title: "Edit self-service policy",
    list: lists.policy,
    operation: "updateSelfServicePolicy",
    reads: "getSelfServicePolicy",
    param: "id",
    order: POLICY_ORDER,
    fields: POLICY_ORDER.slice(1),
    widgets: many,
    isListed: true,
  },
  "approval-rule": {
    title: "Edit approval rule",
    list: lists.rule,
    operation: "updateApprovalRule",
    reads: "getApprovalRule",
    param: "id",
    order: RULE_ORDER,
    fields: RULE_ORDER.slice(1),
    widgets: many,
    isListed: true,
  },
};
