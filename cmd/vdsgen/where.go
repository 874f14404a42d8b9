package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	vds "github.com/vdsgen/vdsgen/runtime"
)

func whereCommand() *cobra.Command {
	var flags readFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "where FILE DATASET INDEX…",
		Short:   "Tell which file holds an element of a virtual dataset",
		Example: "  vdsgen where scan_vds.h5 /entry/data/data 1234 100 200",
		Args:    arguments(2, -1),
		RunE: func(cmd *cobra.Command, args []string) error {
			opts, err := flags.options()
			if err != nil {
				return err
			}
			index, err := parseIndex(args[2:])
			if err != nil {
				return err
			}
			f, err := vds.Open(cmd.Context(), args[0], opts...)
			if err != nil {
				return err
			}
			defer f.Close()
			d, err := openDataset(cmd.Context(), f, args[1])
			if err != nil {
				return err
			}
			at, err := d.Where(cmd.Context(), index...)
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(cmd.OutOrStdout()).Encode(locationNode(at))
			} else {
				_, err = fmt.Fprintln(cmd.OutOrStdout(), location(at))
			}
			if err == nil && at.Err != nil {
				return at.Err
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: mapped, mapping, file, path, found, index, error")
	flags.register(cmd)
	return cmd
}

// parseIndex reads the numbers of an element's index, given as words or joined by commas.
func parseIndex(words []string) ([]int, error) {
	var index []int
	for _, word := range words {
		for part := range strings.SplitSeq(word, ",") {
			n, err := strconv.Atoi(strings.TrimSpace(part))
			if err != nil {
				return nil, usagef("index %q is not a whole number", part)
			}
			index = append(index, n)
		}
	}
	return index, nil
}

func location(at vds.Location) string {
	if !at.Mapped {
		return "no source: the element reads as the fill value"
	}
	file := at.Found
	if file == "" {
		file = at.Source.File
	}
	element := ""
	if at.Index != nil { // not known where the mapping takes the whole of a source that is missing
		element = " " + strings.ReplaceAll(fmt.Sprint(at.Index), " ", ",")
	}
	return fmt.Sprintf("%s %s%s (mapping %d)", file, at.Source.Path, element, at.Mapping)
}

// locationJSON is the form of a location in JSON.
type locationJSON struct {
	Mapped  bool   `json:"mapped"`
	Mapping *int   `json:"mapping,omitempty"`
	File    string `json:"file,omitempty"`
	Path    string `json:"path,omitempty"`
	Found   string `json:"found,omitempty"`
	Index   []int  `json:"index,omitempty"`
	Error   string `json:"error,omitempty"`
}

func locationNode(at vds.Location) locationJSON {
	if !at.Mapped {
		return locationJSON{}
	}
	n := locationJSON{Mapped: true, Mapping: &at.Mapping, File: at.Source.File, Path: at.Source.Path, Found: at.Found, Index: at.Index}
	if at.Err != nil {
		n.Error = oneLine(at.Err)
	}
	return n
}
