package dev.lockstep.plan;

/** The kinds of change, by the names that plans give them. */
public enum ChangeKind {
    ADD_COLUMN("addColumn"),
    DROP_COLUMN("dropColumn"),
    RENAME_COLUMN("renameColumn"),
    CHANGE_COLUMN_TYPE("changeColumnType"),
    SET_NOT_NULL("setNotNull"),
    DROP_NOT_NULL("dropNotNull"),
    SET_DEFAULT("setDefault"),
    DROP_DEFAULT("dropDefault"),
    ADD_INDEX("addIndex"),
    DROP_INDEX("dropIndex"),
    REINDEX("reindex"),
    ADD_FOREIGN_KEY("addForeignKey"),
    ADD_CHECK("addCheck"),
    ADD_UNIQUE("addUnique"),
    ADD_PRIMARY_KEY("addPrimaryKey"),
    DROP_CONSTRAINT("dropConstraint"),
    RENAME_TABLE("renameTable"),
    DROP_TABLE("dropTable"),
    CREATE_TABLE("createTable"),
    ADD_ENUM_VALUE("addEnumValue"),
    COMMENT("comment"),
    SQL("sql");

    private final String label;

    ChangeKind(String label) {
        this.label = label;
    }

    /** The spelling in plans. */
    public String label() {
        return label;
    }

    /** The kind of this change. */
    public static ChangeKind of(Change change) {
        return switch (change) {
            case Change.AddColumn _ -> ADD_COLUMN;
            case Change.DropColumn _ -> DROP_COLUMN;
            case Change.RenameColumn _ -> RENAME_COLUMN;
            case Change.ChangeColumnType _ -> CHANGE_COLUMN_TYPE;
            case Change.SetNotNull _ -> SET_NOT_NULL;
            case Change.DropNotNull _ -> DROP_NOT_NULL;
            case Change.SetDefault _ -> SET_DEFAULT;
            case Change.DropDefault _ -> DROP_DEFAULT;
            case Change.AddIndex _ -> ADD_INDEX;
            case Change.DropIndex _ -> DROP_INDEX;
            case Change.Reindex _ -> REINDEX;
            case Change.AddForeignKey _ -> ADD_FOREIGN_KEY;
            case Change.AddCheck _ -> ADD_CHECK;
            case Change.AddUnique _ -> ADD_UNIQUE;
            case Change.AddPrimaryKey _ -> ADD_PRIMARY_KEY;
            case Change.DropConstraint _ -> DROP_CONSTRAINT;
            case Change.RenameTable _ -> RENAME_TABLE;
            case Change.DropTable _ -> DROP_TABLE;
            case Change.CreateTable _ -> CREATE_TABLE;
            case Change.AddEnumValue _ -> ADD_ENUM_VALUE;
            case Change.Comment _ -> COMMENT;
            case Change.Sql _ -> SQL;
        };
    }
}
